/**
 * Key holders: where private keys live and are used but never leave.
 *
 * May import: `src/errors`, `src/durable`, `src/codec`, the rest of `src/crypto`, node:crypto and node:fs. Start reading
 * at `key-holder.ts`, the interface, then `file-key-holder.ts`.
 */
export { holderError } from './errors.ts'
export { FileKeyHolder } from './file-key-holder.ts'
export { encryptedPrivateKeyPem, openKeyFile } from './key-file.ts'
export type { KeyHandle, KeyHolder, KeyUsage } from './key-holder.ts'
