import type { Command } from 'commander'
import { toHex } from '../../../src/codec/index.ts'
import { voteVerifier } from '../../../src/crypto/index.ts'
import {
  decodeTrust,
  judgeConflict,
  maximumLightBlocksBytes,
  maximumTrustBytes,
  parseEvidence,
  validatorAddress,
} from '../../../src/light/index.ts'
import { readBeginning } from '../../client/index.ts'
import type { Frame } from '../frame.ts'

type Options = { readonly trust?: string }

export function lightEvidence(parent: Command, frame: Frame): void {
  parent
    .command('evidence')
    .description(
      'Judge the proof of a fork, offline: two headers of one height whose votes both count. ' +
        'With a trust file both have to follow from it; else they have to follow from the header that the file names.',
    )
    .argument('<file>', 'the evidence file')
    .option('--trust <file>', 'a trust file of the chain')
    .addHelpText('after', '\nExample: commonroot light evidence ledger.trust.1234.evidence --trust ledger.trust')
    .action(
      frame(async ({ terminal }, path: string, { trust }: Options) => {
        const conflict = parseEvidence(await readBeginning(path, maximumLightBlocksBytes + 1))
        const common =
          trust === undefined ? conflict.common : decodeTrust(await readBeginning(trust, maximumTrustBytes + 1))
        const { chain, height, hashes, culprits } = judgeConflict({ ...conflict, common }, voteVerifier)
        const [one, other] = hashes.map(toHex)
        const signedBoth = culprits.map(({ key, power }) => ({ validator: toHex(validatorAddress(key)), power }))
        return {
          value: { code: 'light.fork', chain, height, headers: [one, other], signedBoth },
          lines: [
            terminal.paint('red', `A fork of chain ${chain} at height ${height}`),
            `  one header    ${one}`,
            `  other header  ${other}`,
            ...signedBoth.map(({ validator, power }) => `  signed both   ${validator}, power ${power}`),
          ],
        }
      }),
    )
}
