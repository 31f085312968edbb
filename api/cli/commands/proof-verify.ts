import { type Command, Option } from 'commander'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { type Verification, type VerificationInput, verifyCertificate } from '../../../pki/status/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import {
  decodeProof,
  decodeTrust,
  encodeEvidence,
  forkIn,
  maximumProofBytes,
  maximumTrustBytes,
} from '../../../src/light/index.ts'
import { readBeginning, readOneCertificate, writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { evidenceOption, instantText, time, wholeNumber } from '../options.ts'
import { bytesText, shown, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

type Options = {
  readonly proof: string
  readonly trust: string
  readonly at?: bigint
  readonly maxAge?: number
  readonly evidence?: string
}

export function proofVerify(parent: Command, frame: Frame): void {
  parent
    .command('verify')
    .description(
      'Verify a certificate offline, from files alone. The verdict is valid, not-yet-valid, expired, held, revoked, ' +
        'superseded, never-published or invalid; exit code 0 only for valid.',
    )
    .argument('<certificate>', 'certificate file (PEM or DER)')
    .requiredOption('--proof <file>', 'the proof about it')
    .requiredOption('--trust <file>', 'the trust file of the chain')
    .addOption(
      new Option(
        '--at <time>',
        'judge at this time instead of now (ISO 8601; a date alone is its midnight in UTC)',
      ).argParser(time),
    )
    .addOption(
      new Option('--max-age <seconds>', 'refuse a proof that is older').argParser(wholeNumber(0, 10_000_000_000)),
    )
    .addOption(evidenceOption())
    .addHelpText('after', '\nExample: commonroot proof verify SN-0001.pem --proof SN-0001.proof --trust ledger.trust')
    .action(
      frame(async ({ terminal }, path: string, { proof, trust, at, maxAge, evidence }: Options) => {
        const now = BigInt(Date.now())
        const input = {
          // One byte beyond what is allowed is read, so that the parser is the one that refuses it.
          proof: await readBeginning(proof, maximumProofBytes + 1),
          trust: await readBeginning(trust, maximumTrustBytes + 1),
          now,
          verifier: voteVerifier,
          ...(at === undefined ? {} : { at }),
          ...(maxAge === undefined ? {} : { maximumAge: BigInt(maxAge) * 1000n }),
        }
        const verification = withFile(await verifyFile(path, input), { proof, trust, certificate: path }, input)
        if (evidence !== undefined && verification.code === 'light.conflicting-header') {
          const conflict = forkIn(decodeProof(input.proof), decodeTrust(input.trust), input)
          if (conflict !== undefined) await writeWhole(evidence, encodeEvidence(conflict), 'everybody')
        }
        const value = jsonOf(verification, now)
        return {
          value,
          lines: linesOf(value, (colour, text) => terminal.paint(colour, text)),
          refused: value.verdict !== 'valid',
        }
      }),
    )
}

/** A file that holds no certificate that can be read is an invalid one; a file that is not there is a slip. */
async function verifyFile(path: string, input: Omit<VerificationInput, 'certificate'>): Promise<Verification> {
  try {
    const certificate = await readOneCertificate(path)
    const verification = verifyCertificate({ ...input, certificate })
    // The verdict about a bad proof still says which certificate was asked about.
    return { fingerprint: toHex(parseCertificate(certificate).fingerprint), ...verification }
  } catch (error) {
    if (!(error instanceof CommonrootError) || error.code.startsWith('cli.')) throw error
    const { code, message } = error
    return { verdict: 'invalid', code, message, checkedAt: input.at ?? input.now, proofBytes: input.proof.length }
  }
}

/** An error in the form of a file says which file: that of a certificate, a proof and a trust file can be the same. */
function withFile(
  verification: Verification,
  files: Readonly<Record<'proof' | 'trust' | 'certificate', string>>,
  { proof, trust }: Omit<VerificationInput, 'certificate'>,
): Verification {
  const { code, message, fingerprint } = verification
  if (message === undefined) return verification
  const named = (file: string): Verification => ({ ...verification, message: `${shown(file)}: ${message}` })
  if (fingerprint === undefined) return named(files.certificate)
  if (refusalOf(() => decodeProof(proof)) === code) return named(files.proof)
  if (refusalOf(() => decodeTrust(trust)) === code) return named(files.trust)
  return verification
}

function refusalOf(decode: () => unknown): string | undefined {
  try {
    decode()
    return undefined
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return error.code
  }
}

/** The JSON of the contract: absent facts are null. Times are ISO 8601. */
function jsonOf({ verdict, code, message, checkedAt, headerTime, proofBytes, fingerprint }: Verification, now: bigint) {
  return {
    verdict,
    code,
    checkedAt: instantText(checkedAt),
    headerTime: headerTime === undefined ? null : instantText(headerTime),
    ageSeconds: headerTime === undefined ? null : Number(now - headerTime) / 1000,
    proofBytes,
    fingerprint: fingerprint ?? null,
    ...(message === undefined ? {} : { message }),
  }
}

function linesOf(value: ReturnType<typeof jsonOf>, paint: Terminal['paint']): readonly string[] {
  const { verdict, code, message, checkedAt, headerTime, ageSeconds, proofBytes, fingerprint } = value
  return [
    paint(verdict === 'valid' ? 'green' : 'red', verdict),
    ...table([
      ['  why', message === undefined ? code : `${message} (${code})`],
      ['  certificate', fingerprint ?? 'cannot be read'],
      ['  judged at', checkedAt],
      ...(headerTime === null ? [] : [['  proof from', `${headerTime}, ${ageSeconds} s old`]]),
      ['  proof size', bytesText(proofBytes)],
    ]),
  ]
}
