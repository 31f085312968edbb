import { type Command, Option } from 'commander'
import { createWhole, validatorRequest } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { memberId, wholeNumber } from '../options.ts'

type Options = { readonly member: string; readonly home: string; readonly power: number; readonly out: string }

/** What the chain allows for one validator. */
const maximumPower = 1_000_000_000

export function governanceValidator(parent: Command, frame: Frame): void {
  parent
    .command('validator')
    .description(
      "Ask for power for a member's validator: a file that a member proposes with `set-validator`. The validator's key, in " +
        'the home folder of its CometBFT, signs that it is its own.',
    )
    .requiredOption('--member <id>', 'the member that answers for the validator', memberId)
    .requiredOption('--home <folder>', 'home folder of the CometBFT that will validate')
    .addOption(
      new Option('--power <n>', 'the power that it asks for')
        .argParser(wholeNumber(1, maximumPower))
        .makeOptionMandatory(),
    )
    .requiredOption('--out <file>', 'where to write the request')
    .addHelpText(
      'after',
      '\nExample: commonroot governance validator --member vendor-cirrus --home cometbft --power 10 --out validator.json',
    )
    .action(
      frame(async ({ node }, { member, home, power, out }: Options) => {
        const { chain } = await node.chain()
        const request = await validatorRequest(chain, member, power, home)
        await createWhole(out, `${JSON.stringify(request, null, 2)}\n`, 'everybody')
        return {
          value: { file: out, chain, member, key: request.key, power },
          lines: [
            `${out}: a validator of ${member} asks for a power of ${power} on ${chain}`,
            `A member proposes it: commonroot governance propose set-validator ${out}`,
          ],
        }
      }),
    )
}
