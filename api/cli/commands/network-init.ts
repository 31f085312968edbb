import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Frame } from '../frame.ts'
import { networkName, wholeNumber } from '../options.ts'

type Options = {
  readonly validators: number
  readonly organisations?: string
  readonly name: string
  readonly port: number
  readonly out: string
}

/** As many as one machine could bear. */
const maximumLocalValidators = 16

export function networkInit(parent: Command, frame: Frame): void {
  parent
    .command('init')
    .description(
      'Make a network on this machine, for trying out: the ceremony done for all organisations at once, each with a ' +
        'folder of its own. Keys are not encrypted. Nothing is started.',
    )
    .addOption(
      new Option('--validators <n>', 'organisations with a validator')
        .makeOptionMandatory()
        .argParser(wholeNumber(1, maximumLocalValidators)),
    )
    .option('--organisations <file>', 'JSON list of { id, name, roles }, validators first; otherwise they are made up')
    .addOption(new Option('--name <name>', 'name of the network').default('local').argParser(networkName))
    .addOption(
      new Option(
        '--port <n>',
        'first port of 127.0.0.1: HTTP interfaces take these, connections among nodes the next; 0 lets the system choose',
      )
        .default(7610)
        .argParser(wholeNumber(0, 65_000)),
    )
    .requiredOption('--out <dir>', 'folder of the network')
    .addHelpText('after', '\nExample: commonroot network init --validators 4 --out net')
    .action(
      frame(async (_call, { validators, organisations: file, name, port, out }: Options) => {
        const { initLocalNetwork, madeUpOrganisations, readOrganisations } = await import('../../network/index.ts')
        const organisations =
          file === undefined ? madeUpOrganisations(validators) : await readOrganisations(file, validators)
        const time = BigInt(Date.now())
        const folder = resolve(out)
        const { chain } = await initLocalNetwork({ folder, name, organisations, validators, port, time })
        const ids = organisations.map(({ id }) => id)
        return {
          value: { chain, folder, organisations: ids, validators },
          lines: [
            `${out}: chain ${chain}, ${ids.length} organisations, ${validators} of them with a validator`,
            `Start all of it with: commonroot network start ${out}`,
          ],
        }
      }),
    )
}
