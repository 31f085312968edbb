/**
 * What the validator must never forget: the block it signed last, and the one it is about to sign. It lies in a file
 * outside the database, so that a restored backup of the database can't take it back.
 */
import {
  Bytes,
  ChainId,
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
import { maximumSlotValue, TwoSlots } from '../../durable/index.ts'
import { maximumSignedHeaderBytes } from '../../light/index.ts'
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

const checksumLength = 32

/** What a file says, and whether one of its two copies can't be read: the other may then be one step old. */
export type FoundSigningState = { readonly state: SigningState; readonly isDamaged: boolean }

/** The file of one process: who opens it expects to be the only one who writes to it. */
export class SigningStateFile {
  readonly #slots: TwoSlots

  constructor(path: string) {
    this.#slots = new TwoSlots(path)
  }

  get path(): string {
    return this.#slots.path
  }

  /** Undefined when there is no file. @throws engine.signing-state-damaged */
  async read(): Promise<FoundSigningState | undefined> {
    const found = await this.#slots.read()
    if (found === undefined) return undefined
    if ('foreign' in found) return { state: this.#decode(withoutChecksum(this.path, found.foreign)), isDamaged: false }
    if (found.value === undefined) throw damaged(this.path, 'neither of its copies is whole')
    return { state: this.#decode(found.value), isDamaged: found.isDamaged }
  }

  /**
   * Resolves when the state would survive a power loss. The database's lock keeps a second process out, but a lock can
   * be lost with its connection: what another one has written is never overwritten.
   * @throws engine.signing-state-foreign
   */
  async write(state: SigningState): Promise<void> {
    const isOwn = await this.#slots.write(encodeAs(SigningStateForm, state))
    if (!isOwn) throw engineError('signing-state-foreign', { file: this.path, what: 'process' })
  }

  #decode(content: Uint8Array): SigningState {
    try {
      return decodeAs(SigningStateForm, content)
    } catch (cause) {
      throw damaged(this.path, 'it is not of this format', cause)
    }
  }
}

/** The first form of the file: the state, then its SHA-256. The next write gives it two copies. */
function withoutChecksum(file: string, bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, -checksumLength)
  if (bytes.length < checksumLength || bytes.length > maximumSlotValue) {
    throw damaged(file, `it has ${bytes.length} bytes`)
  }
  if (!equalBytes(sha256(content), bytes.subarray(-checksumLength))) throw damaged(file, 'its checksum is wrong')
  return content
}

function damaged(file: string, reason: string, cause?: unknown) {
  return engineError('signing-state-damaged', { file, reason }, cause)
}
