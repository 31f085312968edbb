/** Why a certificate was refused, in a whole sentence: a block keeps a refusal's number, not what its sentence names. */
import {
  type Certificate,
  certificateError,
  checkProfile,
  defaultDeviceProfile,
  parseCertificate,
} from '../../pki/certificate/index.ts'
import { pkiError } from '../../pki/contract/index.ts'
import { sha256 } from '../../src/crypto/portable/index.ts'
import { CommonrootError, type Detail } from '../../src/errors/index.ts'

const rows = new Map([...pkiError.rows, ...certificateError.rows].map((row) => [row.code, row]))

type Details = Readonly<Record<string, Detail>>

/** What is at hand about a certificate that was refused. */
export type RefusedCertificate = {
  /** One that can be read. */
  readonly der?: Uint8Array | undefined
  readonly fingerprint?: string
  readonly chain?: string
}

/**
 * The catalogue's message of a refusal, with what is known filled in. What only the chain knows, such as block time or a
 * limit that governance may have changed, stays `...`.
 * @returns undefined for a code of other areas
 */
export function explainRefusal(code: string, refused: RefusedCertificate): string | undefined {
  const { der, ...known } = refused
  const row = rows.get(code)
  if (row === undefined) return undefined
  const certificate = der === undefined ? undefined : parseCertificate(der)
  const details = certificate === undefined ? {} : { ...detailsOf(certificate), ...profileDetails(certificate, code) }
  return new CommonrootError(row, { ...known, ...details }).message.replace(/\{\w+\}/g, '...')
}

function detailsOf({ subject, key, notBefore, notAfter, algorithm, device }: Certificate): Details {
  const known: Readonly<Record<string, Detail | undefined>> = {
    named: device?.chain,
    manufacturer: subject.organization,
    serial: subject.serialNumber,
    key: sha256(key.spki),
    algorithm,
    notBefore,
    notAfter,
  }
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** What the default profile finds, when that is what the chain found too; the limit may be another. */
function profileDetails(certificate: Certificate, code: string): Details {
  try {
    checkProfile(certificate, defaultDeviceProfile)
    return {}
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    if (error.code !== code) return {}
    const { limit: _, ...details } = error.details
    return details
  }
}
