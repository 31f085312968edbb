import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { genesisDigest } from '../../../src/chain/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { cliError, createWhole, readBounded, systemReason } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { table } from '../table.ts'

type Options = { readonly out?: string; readonly compare?: string }

export function networkAssemble(parent: Command, frame: Frame): void {
  parent
    .command('assemble')
    .description(
      'Check join files and make the genesis from them: the same files in any order give the same bytes. Each ' +
        'organisation does it for itself and compares the digest with the others.',
    )
    .argument('<join...>', 'the join files of all organisations')
    .option('--out <dir>', 'folder for network.commonroot (to be given to nodes), genesis.cbor and genesis.json')
    .option('--compare <file>', 'network file of somebody else: refused unless it has the same genesis')
    .addHelpText('after', '\nExample: commonroot network assemble north.join south.join aurora.join --out telecom')
    .action(
      frame(async (_call, files: string[], { out, compare }: Options) => {
        const { assembleNetwork, decodeJoin, encodeNetwork, maximumJoinBytes, requirePast, writeGenesis, ...network } =
          await import('../../ceremony/index.ts')
        const joins = await Promise.all(
          files.map(async (file) => decodeJoin(file, await readBounded(file, maximumJoinBytes))),
        )
        const assembled = await assembleNetwork(joins)
        requirePast(joins, BigInt(Date.now()))
        const { genesis, chain, peers } = assembled
        const digest = toHex(genesisDigest(genesis))
        if (compare !== undefined) {
          const other = await network.decodeNetwork(compare, await readBounded(compare, network.maximumNetworkBytes))
          const found = toHex(genesisDigest(other.genesis))
          if (found !== digest)
            throw network.networkError('genesis-differs', { file: compare, found, expected: digest })
        }
        if (out !== undefined) {
          await makeFolder(out)
          await createWhole(join(out, 'network.commonroot'), encodeNetwork(assembled), 'everybody')
          await writeGenesis({ genesis: join(out, 'genesis.cbor'), genesisView: join(out, 'genesis.json') }, genesis)
        }
        const total = genesis.validators.reduce((sum, { power }) => sum + power, 0n)
        const organisations = assembled.joins.map(({ terms: { organisation, node } }) => ({
          id: organisation.id,
          name: organisation.name,
          roles: organisation.roles,
          power: node?.power ?? 0n,
          address: node?.address ?? null,
        }))
        return {
          value: { chain, digest, organisations, validators: peers.length, power: total, folder: out ?? null },
          lines: [
            ...table(
              organisations.map(({ id, roles, power, address }) => [
                id,
                roles.join(', '),
                power === 0n ? 'no validator' : `power ${power} of ${total}`,
                address ?? '',
              ]),
            ),
            `Chain ${chain}, ${peers.length} validators`,
            `Genesis digest: ${digest}`,
            ...(compare === undefined ? [] : [`${compare} has the same genesis`]),
            'Compare the digest with the other organisations before you start your node.',
          ],
        }
      }),
    )
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw cliError('unwritable', { path: folder, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
}
