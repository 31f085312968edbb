/** The engine of a fault test's node: solo, or CometBFT when the path of its program is given. */
import { join } from 'node:path'
import { type Chain, engineGenesis, type Genesis } from '../../src/chain/index.ts'
import { CometbftEngine, type Engine, SoloEngine } from '../../src/engine/index.ts'
import { headerStoreOf } from '../../src/node/index.ts'
import { openValidatorKey, signingStateOf } from './setting.ts'

export function cometbftHomeOf(folder: string): string {
  return join(folder, 'cometbft')
}

/** @param idleInterval milliseconds between blocks of an idle chain */
export function openEngine(
  folder: string,
  genesis: Genesis,
  chain: Chain,
  idleInterval: number,
  cometbft: string | undefined,
): Engine {
  if (cometbft !== undefined) {
    return new CometbftEngine({
      home: cometbftHomeOf(folder),
      binary: cometbft,
      genesis: engineGenesis(genesis),
      listen: '127.0.0.1:0',
      idleInterval,
      oneHost: true,
    })
  }
  return new SoloEngine({
    genesis: engineGenesis(genesis),
    validator: openValidatorKey(folder),
    signingState: signingStateOf(folder),
    headers: headerStoreOf(chain),
    idleInterval,
  })
}
