import type { AlgorithmName, PublicKey } from '../../codec/index.ts'

/** A key in a holder: the name under which it is used there, and its public half. */
export type KeyHandle = { readonly id: string; readonly key: PublicKey }

/** What a new key is for. A holder that can enforce it does; one that cannot says so. */
export type KeyUsage = {
  readonly sign?: boolean
  readonly agree?: boolean
  /** A name that the caller would like to find the key by: a serial number, `line-3`. */
  readonly label?: string
}

/**
 * A place where private keys live and are used but never leave: a folder of files, a PKCS#11 token, an eSIM. Everything
 * that signs goes through this interface, so that the place can be changed by configuration.
 */
export type KeyHolder = {
  /** Makes a key; once it resolves the key survives a power loss. */
  generate(algorithm: AlgorithmName, usage?: KeyUsage): Promise<KeyHandle>
  find(id: string): Promise<KeyHandle | undefined>
  /** @throws holder.no-key */
  publicKey(id: string): Promise<PublicKey>
  /** Signs a message (not a digest). The signature is in COSE form: r | s for ES256. @throws holder.no-key */
  sign(id: string, message: Uint8Array): Promise<Uint8Array>
  /** The shared secret of a Diffie-Hellman agreement: for P-256 the 32-byte x coordinate. @throws holder.no-agreement */
  agree(id: string, peer: PublicKey): Promise<Uint8Array>
  /** A statement by the holder itself that the key lives in it; only holders that are devices can make one. */
  attest?(id: string, challenge: Uint8Array): Promise<Uint8Array>
  /** Forgets what was unlocked. Every later call is refused with holder.closed. */
  close(): Promise<void>
}
