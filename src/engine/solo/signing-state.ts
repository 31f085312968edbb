/**
 * What the validator must never forget: the block it signed last, and the one it is about to sign. It lies in a file
 * outside the database, so that a restored backup of the database can't take it back.
 */
import { readFile } from 'node:fs/promises'
import {
  Bytes,
  ChainId,
  concat,
  DigestBytes,
  decodeAs,
  encodeAs,
  equalBytes,
  FixedBytes,
  Optional,
  Struct,
  Unsigned64,
  type ValueOf,
  Whole,
} from '../../codec/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { maximumSignedHeaderBytes } from '../../light/index.ts'
import { replaceFile } from '../durable-file.ts'
import { engineError } from '../errors.ts'

const OutcomeField = Struct({ resultsHash: DigestBytes, appHash: DigestBytes, appVersion: Unsigned64 })

const SigningStateFile = Struct({
  format: Whole({ minimum: 1, maximum: 1 }),
  chain: ChainId,
  /** The validator's address. */
  validator: FixedBytes(20),
  /** The newest signed header and what its block left behind: the next header is built from them. */
  signed: Optional(Struct({ header: Bytes({ maximum: maximumSignedHeaderBytes }), outcome: OutcomeField })),
  /** A block that is executed and perhaps committed, but not signed: with `before` its header can be built again. */
  prepared: Optional(
    Struct({
      height: Unsigned64,
      hash: DigestBytes,
      dataHash: DigestBytes,
      before: OutcomeField,
      outcome: OutcomeField,
    }),
  ),
})

export type SigningState = ValueOf<typeof SigningStateFile>
export type PreparedBlock = NonNullable<SigningState['prepared']>

/** A file in bytes: the schema's largest value has about 1 kB. */
const maximumFileBytes = 64 * 1024
const checksumLength = 32

/** Undefined when there is no file. @throws engine.signing-state-damaged */
export async function readSigningState(path: string): Promise<SigningState | undefined> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  return bytes === undefined ? undefined : decodeSigningState(path, bytes)
}

/** Resolves when the state would survive a power loss. */
export async function writeSigningState(path: string, state: SigningState): Promise<void> {
  const content = encodeAs(SigningStateFile, state)
  await replaceFile(path, concat(content, sha256(content)))
}

function decodeSigningState(file: string, bytes: Uint8Array): SigningState {
  if (bytes.length < checksumLength || bytes.length > maximumFileBytes) {
    throw engineError('signing-state-damaged', { file, reason: `it has ${bytes.length} bytes` })
  }
  const content = bytes.subarray(0, -checksumLength)
  if (!equalBytes(sha256(content), bytes.subarray(-checksumLength))) {
    throw engineError('signing-state-damaged', { file, reason: 'its checksum is wrong' })
  }
  try {
    return decodeAs(SigningStateFile, content)
  } catch (cause) {
    throw engineError('signing-state-damaged', { file, reason: 'it is not of this format' }, cause)
  }
}
