/** The first step of the ceremony: an organisation makes its keys and says with them who it is. */
import type { Genesis } from '../../src/chain/index.ts'
import { ed25519Raw, type FileKeyHolder } from '../../src/crypto/index.ts'
import { prepareIdentity, signAsIdentity } from '../../src/engine/index.ts'
import { keyPurposes } from '../../src/module/index.ts'
import { createWhole, writeWhole } from '../client/index.ts'
import { newestProtocol } from '../protocols.ts'
import { homeOf, openKeys, takeHome } from './home.ts'
import { decodeJoin, type Join, type JoinTerms, makeJoin, type NamedKey } from './join-file.ts'

export type JoinOrder = {
  readonly network: string
  readonly organisation: Pick<Genesis['members'][number], 'id' | 'name' | 'roles'>
  /** Absent for a member without a validator. */
  readonly validator?: { readonly address: string; readonly power: bigint }
  /** The organisation's folder: keys that are there are used again. */
  readonly home: string
  /** Null leaves the keys unencrypted. */
  readonly passphrase: string | null
  /** A second place for the join file; it must not exist. */
  readonly out?: string
  /** Milliseconds since 1970. */
  readonly time: bigint
}

/** @throws network.join-malformed for an order that no network takes; cli.file-exists, cli.unwritable, codes of `holder` */
export async function joinNetwork(order: JoinOrder): Promise<Join> {
  const home = homeOf(order.home)
  await takeHome(home)
  const holder = await openKeys(home, order.passphrase)
  try {
    const identity = order.validator === undefined ? undefined : await prepareIdentity(home.cometbft)
    const terms: JoinTerms = {
      network: order.network,
      protocol: newestProtocol,
      time: order.time,
      organisation: { ...order.organisation, keys: await purposeKeys(holder) },
      ...(order.validator === undefined || identity === undefined
        ? {}
        : {
            node: {
              ...order.validator,
              validator: ed25519Raw(identity.validator),
              peer: ed25519Raw(identity.node),
            },
          }),
    }
    const bytes = await makeJoin(terms, (key, message) => signWith(holder, home.cometbft, key, message))
    const made = decodeJoin(order.out ?? home.join, bytes)
    if (order.out !== undefined) await createWhole(order.out, bytes, 'everybody')
    await writeWhole(home.join, bytes, 'everybody')
    return made
  } finally {
    await holder.close()
  }
}

async function purposeKeys(holder: FileKeyHolder): Promise<JoinTerms['organisation']['keys']> {
  return Promise.all(
    keyPurposes.map(async (purpose) => ({ purpose, threshold: 1, keys: [await holder.publicKey(purpose)] })),
  )
}

async function signWith(
  holder: FileKeyHolder,
  cometbft: string,
  { use }: NamedKey,
  message: Uint8Array,
): Promise<Uint8Array> {
  if (use === 'validator') return (await signAsIdentity(cometbft, message)).validator
  if (use === 'peer') return (await signAsIdentity(cometbft, message)).node
  return holder.sign(use, message)
}
