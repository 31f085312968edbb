import { type Command, Option } from 'commander'
import { readBounded } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { abciAddress, address, listenAddress, peer, wholeNumber } from '../options.ts'

type Options = {
  readonly home: string
  readonly network: string
  readonly listen: string
  readonly externalAddress?: string
  readonly http: string
  readonly peer: readonly string[]
  readonly observer?: true
  readonly trial?: true
  readonly proposalTimeout?: number
  readonly external?: string
  readonly rpc?: string
}

export function nodeInit(parent: Command, frame: Frame): void {
  parent
    .command('init')
    .description(
      "Make a folder ready for a node of a network: the organisation's own, in the folder in which its join file was " +
        'made, or an observer, which verifies and serves and does not vote.',
    )
    .requiredOption('--home <dir>', 'folder of the node')
    .requiredOption('--network <file>', 'network.commonroot, as `network assemble` wrote it')
    .addOption(
      new Option('--listen <host:port>', 'where other nodes connect').default('0.0.0.0:26656').argParser(listenAddress),
    )
    .addOption(
      new Option('--external-address <host:port>', 'where others reach it, if that differs').argParser(address),
    )
    .addOption(
      new Option('--http <host:port>', 'where the HTTP interface listens')
        .default('127.0.0.1:7600')
        .argParser(listenAddress),
    )
    .addOption(
      new Option('--peer <id@host:port...>', "nodes to connect to beside the network's validators")
        .default([], 'none')
        .argParser(peer),
    )
    .option('--observer', 'a node that does not vote')
    .addOption(
      new Option('--proposal-timeout <ms>', 'time that a proposer has: more over slow lines').argParser(
        wholeNumber(100, 60_000),
      ),
    )
    .addOption(
      new Option(
        '--external <address>',
        'CometBFT is run by somebody else and finds the application here: unix:///PATH or tcp://HOST:PORT',
      ).argParser(abciAddress),
    )
    .addOption(
      new Option('--rpc <address>', "where that CometBFT's RPC answers: unix:///PATH or tcp://HOST:PORT").argParser(
        abciAddress,
      ),
    )
    .option('--trial', 'for trying out: several nodes on one machine, over the embedded Postgres')
    .addHelpText('after', '\nExample: commonroot node init --home north --network telecom/network.commonroot')
    .action(
      frame(async (_call, options: Options) => {
        const { decodeNetwork, initNode, maximumNetworkBytes } = await import('../../ceremony/index.ts')
        const { home, listen, http, externalAddress, proposalTimeout, external, rpc } = options
        const network = await decodeNetwork(options.network, await readBounded(options.network, maximumNetworkBytes))
        const observer = options.observer === true
        const made = await initNode({
          home,
          network,
          observer,
          peers: options.peer,
          settings: {
            listen,
            http,
            trial: options.trial === true,
            ...(externalAddress === undefined ? {} : { externalAddress }),
            ...(proposalTimeout === undefined ? {} : { proposalTimeout }),
            ...(external === undefined || rpc === undefined ? {} : { external: { application: external, rpc } }),
          },
        })
        const who = made.organisation ?? 'nobody in particular'
        return {
          value: { home, chain: network.chain, ...made, http, listen },
          lines: [
            `${home}: ${made.votes ? 'a validator' : 'an observer'} of ${network.chain} for ${who}, peers: ${made.peers}`,
            `Start it with: DATABASE_URL=postgres://... commonroot node start --home ${home}`,
          ],
        }
      }),
    )
}
