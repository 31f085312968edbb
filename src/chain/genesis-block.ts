/** Height 0: the genesis executed by the same rules as everything after it. */
import { encodeAs } from '../codec/index.ts'
import type { GenesisInput } from '../engine/port.ts'
import { applyGenesis, genesisReads, governanceName } from '../governance/index.ts'
import { asModule, encodeEvents, encodeResults, executeBlock, Preparer, programOf } from '../host/index.ts'
import type { BlockWrite } from '../store/index.ts'
import { chainError } from './errors.ts'
import { Genesis, readEngineGenesis } from './genesis.ts'
import type { ChainProtocols } from './protocols.ts'
import { updateTrees } from './trees.ts'

const nothingStored = {
  fetch: async () => new Map<string, Uint8Array>(),
  scan: async () => [],
  executedAmong: async () => new Set<string>(),
}

/** What height 0 writes. Nothing is written here. @throws chain.genesis, chain.other-genesis and governance.* */
export async function executeGenesis(
  chain: string,
  protocols: ChainProtocols,
  input: GenesisInput,
): Promise<BlockWrite> {
  const genesis = readEngineGenesis(input)
  if (input.chainId !== chain) throw chainError('other-genesis', { stored: chain, given: input.chainId })
  const program = programOf(protocols, genesis.protocol)
  const facts = { chain, height: 0n, time: genesis.time, protocol: genesis.protocol }
  const known = program.modules.flatMap((module) => module.parameters)
  const executed = await executeBlock(facts, program, nothingStored, new Preparer(), [], {
    onFault: (error) => {
      throw error
    },
    before: (executor) =>
      asModule(executor, governanceName, genesisReads(genesis, known), (context) =>
        applyGenesis(context, genesis, known, program.module(governanceName)?.version ?? 1),
      ),
  })
  const { root, pages } = await updateTrees(async () => new Map(), executed.records)
  return {
    height: 0n,
    time: genesis.time,
    root,
    block: encodeAs(Genesis, genesis),
    results: encodeResults([]),
    events: encodeEvents(executed.events),
    records: executed.records,
    indexes: executed.indexes,
    pages,
    blobs: [],
    transactions: [],
  }
}
