/** A chain that knows a second protocol, which changes nothing. */
import { protocols as shipped } from '../../api/protocols.ts'
import { pkiModule } from '../../pki/contract/index.ts'
import { defineProtocols } from '../../src/chain/index.ts'

const vectors = shipped.vectors.get(1) ?? ''

export const protocols = defineProtocols({
  1: { governance: 1, modules: [pkiModule], vectors },
  2: { governance: 1, modules: [pkiModule], vectors },
})
