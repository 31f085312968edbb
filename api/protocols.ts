/** The protocols that this program runs: the one place where modules come together. */
import { pkiModule } from '../pki/contract/index.ts'
import { defineProtocols } from '../src/chain/index.ts'

const vectors = 'a810503f7769819187dc103e03cd8ac04783db8c455fea683ef8e9e19e5f1470'

export const protocols = defineProtocols({
  1: { governance: 1, modules: [pkiModule], vectors },
  /** Members vote on proposals, validators change, the past is kept: decision 24. */
  2: { governance: 2, modules: [pkiModule], vectors },
})

/** What a new chain starts with. */
export const newestProtocol = 2
