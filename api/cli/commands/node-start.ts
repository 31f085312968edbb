import type { Command } from 'commander'
import { givenPassphrase } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { passphraseOption } from '../options.ts'

type Options = {
  readonly home: string
  readonly passphraseFile?: string
  readonly follower: boolean
  readonly untilInputEnds?: true
}

export function nodeStart(parent: Command, frame: Frame): void {
  parent
    .command('start')
    .description(
      'Run the node of a folder until interrupted: the application, its CometBFT, the HTTP interface. Its Postgres ' +
        'database is named by DATABASE_URL, since the URL may hold a password.',
    )
    .requiredOption('--home <dir>', 'folder of the node')
    .addOption(passphraseOption("the passphrase of the organisation's `node` key"))
    .option('--no-follower', 'keep no search indexes')
    .option('--until-input-ends', 'end also when standard input does: for a program that runs nodes')
    .addHelpText('after', '\nExample: commonroot node start --home north --passphrase-file pass')
    .action(
      frame(async ({ terminal, signal: interrupted }, options: Options) => {
        const { startNode } = await import('../../network/index.ts')
        const { Narrator, untilEnd } = await import('../../ledger/index.ts')
        const passphrase = await givenPassphrase(options.passphraseFile)
        const ends = [interrupted, terminal.closed, ...(options.untilInputEnds === true ? [inputEnd()] : [])]
        await untilEnd(terminal, AbortSignal.any(ends), async (stack, { signal, fail }) => {
          const narrator = new Narrator(terminal)
          terminal.say(`Commonroot node in ${options.home}`)
          const { chain, url, settings, network } = await startNode(stack, {
            home: options.home,
            database: process.env.DATABASE_URL || undefined,
            passphrase,
            withoutFollower: !options.follower,
            onFailure: fail,
            onFault: (error) => narrator.step('fault', error instanceof Error ? error.message : String(error)),
            narrator,
            signal,
          })
          const { organisation, listen } = settings
          terminal.show({
            value: { chain, organisation, url, listen, peers: settings.peers.length, process: process.pid },
            lines: [
              `Chain ${chain}, ${network.peers.length} validators, ${url}`,
              `The API is described at ${url}/docs. Ctrl-C stops the node; the next start goes on from here.`,
            ],
          })
        })
        return undefined
      }),
    )
}

/** Listening alone does not keep the program up. */
function inputEnd(): AbortSignal {
  const controller = new AbortController()
  const { stdin } = process
  for (const event of ['end', 'close', 'error'] as const) stdin.once(event, () => controller.abort())
  stdin.resume()
  if ('unref' in stdin) stdin.unref()
  return controller.signal
}
