/** Makes the home folder of a CometBFT node: `home.ts FOLDER`. */
import { prepareIdentity } from '../../../src/engine/index.ts'
import { completeHome } from '../cometbft-home.ts'

const [, , folder = ''] = process.argv
await prepareIdentity(folder)
await completeHome(folder)
