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

const SigningStateForm = Struct({
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

export type SigningState = ValueOf<typeof SigningStateForm>
export type PreparedBlock = NonNullable<SigningState['prepared']>

/** A file in bytes: the schema's largest value has about 1 kB. */
const maximumFileBytes = 64 * 1024
const checksumLength = 32

/** The file of one process: who opens it expects to be the only one who writes to it. */
export class SigningStateFile {
  readonly path: string
  /** What the file held when this process read or wrote it last. */
  #known: Uint8Array | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Undefined when there is no file. @throws engine.signing-state-damaged */
  async read(): Promise<SigningState | undefined> {
    this.#known = await readBytes(this.path)
    return this.#known === undefined ? undefined : decodeSigningState(this.path, this.#known)
  }

  /**
   * Resolves when the state would survive a power loss. The database's lock keeps a second process out, but a lock can
   * be lost with its connection: what another one has written is never overwritten.
   * @throws engine.signing-state-foreign
   */
  async write(state: SigningState): Promise<void> {
    const found = await readBytes(this.path)
    const unchanged = found === undefined ? this.#known === undefined : equalBytes(found, this.#known ?? emptyBytes)
    if (!unchanged) throw engineError('signing-state-foreign', { file: this.path, what: 'process' })
    const content = encodeAs(SigningStateForm, state)
    const bytes = concat(content, sha256(content))
    await replaceFile(this.path, bytes)
    this.#known = bytes
  }
}

const emptyBytes = new Uint8Array(0)

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
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
    return decodeAs(SigningStateForm, content)
  } catch (cause) {
    throw engineError('signing-state-damaged', { file, reason: 'it is not of this format' }, cause)
  }
}
