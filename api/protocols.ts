/** The protocols that this program runs: the one place where modules come together. */
import { pkiModule } from '../pki/contract/index.ts'
import { defineProtocols } from '../src/chain/index.ts'

export const protocols = defineProtocols({
  1: {
    modules: [pkiModule],
    vectors: 'a810503f7769819187dc103e03cd8ac04783db8c455fea683ef8e9e19e5f1470',
  },
})

/** What a new chain starts with. */
export const newestProtocol = 1
