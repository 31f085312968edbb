import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Frame } from '../frame.ts'

export function networkStart(parent: Command, frame: Frame): void {
  parent
    .command('start')
    .description(
      'Run all nodes of a network that `network init` made, a process each, until interrupted. A node that ends by ' +
        'itself is started again. With DATABASE_URL in the environment each gets a database on that Postgres server.',
    )
    .argument('<dir>', 'folder of the network')
    .addHelpText('after', '\nExample: commonroot network start net')
    .action(
      frame(async ({ terminal, signal: interrupted }, folder: string) => {
        const { localNetworkOf, runLocalNetwork } = await import('../../network/index.ts')
        const { Narrator, untilEnd } = await import('../../ledger/index.ts')
        const place = localNetworkOf(resolve(folder))
        await untilEnd(terminal, AbortSignal.any([interrupted, terminal.closed]), async (stack, { signal, fail }) => {
          const { network, nodes } = await runLocalNetwork(stack, {
            place,
            database: process.env.DATABASE_URL || undefined,
            narrator: new Narrator(terminal),
            signal,
            onFailure: fail,
          })
          const running = nodes.map(({ organisation, url, processId }) => ({ organisation, url, processId }))
          terminal.show({
            value: { chain: network.chain, nodes: running },
            lines: [
              ...running.map(({ organisation, url }) => `  ${organisation.padEnd(18)} ${url}`),
              `Chain ${network.chain} runs. Ctrl-C stops all of it; the next start goes on from here.`,
            ],
          })
        })
        return undefined
      }),
    )
}
