/** The chain of the benchmarks: made once per cache, because each certificate names the chain that it is for. */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newestProtocol } from '../../api/protocols.ts'
import { openGenesis } from '../../api/sandbox/genesis.ts'
import { type Layout, layoutOf } from '../../api/sandbox/layout.ts'
import { chainIdOf, genesisDigest } from '../../src/chain/index.ts'
import { toHex, utf8 } from '../../src/codec/index.ts'
import { FileKeyHolder, openKeyFile } from '../../src/crypto/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'

/** The member whose line publishes. */
export const manufacturer = 'vendor-aurora'

export type BenchChain = {
  readonly id: string
  readonly genesisDigest: Uint8Array
  /** Everything of this chain that is kept between runs. */
  readonly folder: string
  /** Signs with the manufacturer's line key. */
  readonly line: TransactionSigner
}

/** Where things are kept between runs: `.cache/` of the checkout, or the folder that COMMONROOT_CACHE names. */
export function cacheFolder(): string {
  const folder = process.env.COMMONROOT_CACHE ?? fileURLToPath(new URL('../../.cache', import.meta.url))
  return join(folder, 'bench')
}

/** Finds the chain in the cache, or makes its keys and its genesis there. */
export async function openChain(cache: string): Promise<BenchChain> {
  const folder = join(cache, `protocol-${newestProtocol}`)
  const layout = layoutOf(join(folder, 'chain'))
  mkdirSync(layout.folder, { recursive: true, mode: 0o700 })
  const validator = await FileKeyHolder.open(layout.validator, { passphrase: null })
  const genesis = await openGenesis(layout, validator).finally(() => validator.close())
  const { key, sign } = await openKeyFile(join(layout.members, `${manufacturer}.key`), null)
  return {
    id: chainIdOf(genesis),
    genesisDigest: genesisDigest(genesis),
    folder,
    line: { kind: 'member', subject: utf8(manufacturer), key, sign },
  }
}

/** Puts the chain's keys and genesis into the data folder of a new node, whose state is empty. */
export function copyChain(chain: BenchChain, dataFolder: string): Layout {
  const layout = layoutOf(dataFolder)
  cpSync(join(chain.folder, 'chain'), layout.folder, { recursive: true })
  return layout
}

/** What files of this chain are kept under: another chain with the same protocol must not find them. */
export function certificateFolder(chain: BenchChain): string {
  return join(chain.folder, `certificates-${toHex(chain.genesisDigest.subarray(0, 4))}`)
}
