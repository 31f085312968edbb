/** The rest of a CometBFT home, as an engine writes it at its start. */
import { prepareHome } from '../../src/engine/cometbft/home.ts'
import { prepareIdentity } from '../../src/engine/index.ts'

export async function completeHome(folder: string): Promise<void> {
  const { validator } = await prepareIdentity(folder)
  const genesis = {
    chainId: 'faults-0a1b2c3d',
    time: { seconds: 1_700_000_000n, nanos: 0 },
    validators: [{ key: validator, power: 1n }],
    application: new Uint8Array(0),
    initialHeight: 1n,
  }
  await prepareHome(folder, genesis, {
    moniker: 'faults',
    applicationAddress: 'unix:///nowhere/abci',
    rpcAddress: 'unix:///nowhere/rpc',
    listen: '127.0.0.1:0',
    peers: [],
    idleInterval: 1_000,
    proposalTimeout: 500,
    oneHost: true,
  })
}
