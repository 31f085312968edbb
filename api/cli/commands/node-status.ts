import type { Command } from 'commander'
import { NodeClient, type StatusAnswer } from '../../client/index.ts'
import type { Frame } from '../frame.ts'

type Options = { readonly home?: string }

export function nodeStatus(parent: Command, frame: Frame): void {
  parent
    .command('status')
    .description('Ask a node how it stands: the newest block, peers, whether it votes and whether it catches up.')
    .option('--home <dir>', 'folder of the node, instead of --node')
    .addHelpText('after', '\nExample: commonroot node status --home north')
    .action(
      frame(async ({ node: named, signal }, { home: folder }: Options) => {
        const node = folder === undefined ? named : new NodeClient(await urlOf(folder), signal)
        const { chain, height, time, engine } = await node.status()
        const lines = [
          `chain    ${chain}`,
          `height   ${height}, of ${time}`,
          ...(engine === undefined ? ['engine   it is being started'] : engineLines(engine)),
        ]
        return { value: { chain, height, time, ...(engine === undefined ? {} : { engine }), url: node.url }, lines }
      }),
    )
}

function engineLines({ name, peers, catchingUp, power }: NonNullable<StatusAnswer['engine']>): readonly string[] {
  return [
    `engine   ${name}, peers: ${peers}${catchingUp ? ', catching up' : ''}`,
    ...(power === undefined ? [] : [`votes    ${power === 0 ? 'no: it is an observer' : `with power ${power}`}`]),
  ]
}

async function urlOf(folder: string): Promise<string> {
  const { homeOf, openSettings } = await import('../../ceremony/index.ts')
  const { http } = await openSettings(homeOf(folder))
  return `http://${http.replace(/^(0\.0\.0\.0|\[::\]):/, '127.0.0.1:')}`
}
