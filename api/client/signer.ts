/** The member that signs: found by the public key of a key file. */
import { utf8 } from '../../src/codec/index.ts'
import { openKeyFile } from '../../src/crypto/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'
import { cliError } from './errors.ts'
import type { NodeClient } from './node-client.ts'
import type { GivenPassphrase } from './passphrase.ts'

export type MemberSigner = TransactionSigner & { readonly member: string }

/**
 * Opens a key file and looks up on the chain whose key it is. Whether the key may do what is asked, the chain decides.
 * @throws cli.signer-unknown and the codes of `openKeyFile`
 */
export async function openSigner(
  node: NodeClient,
  chain: string,
  path: string,
  passphrase: GivenPassphrase | undefined,
): Promise<MemberSigner> {
  const { key, sign } = await openSignerKey(path, passphrase)
  const spki = Buffer.from(key.spki)
  const member = (await node.members()).find(({ keys }) =>
    keys.some((purpose) => purpose.keys.some((listed) => spki.equals(Buffer.from(listed.spki, 'base64')))),
  )
  if (member === undefined) throw cliError('signer-unknown', { path, chain })
  return { kind: 'member', subject: utf8(member.id), key, sign, member: member.id }
}

/** Opens a key file and asks nobody. A passphrase of the environment is for the files that need one: a sandbox's key opens without it. */
export async function openSignerKey(
  path: string,
  passphrase: GivenPassphrase | undefined,
): ReturnType<typeof openKeyFile> {
  if (passphrase === undefined || passphrase.asked) return openKeyFile(path, passphrase?.text ?? null)
  try {
    return await openKeyFile(path, passphrase.text)
  } catch (error) {
    if (error instanceof CommonrootError && error.code === 'holder.not-encrypted') return openKeyFile(path, null)
    throw error
  }
}
