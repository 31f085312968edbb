import { type Command, Option } from 'commander'
import { toHex } from '../../../src/codec/index.ts'
import {
  decodeTrust,
  encodeEvidence,
  encodeTrust,
  maximumTrustBytes,
  type Trust,
  timestampToMilliseconds,
  trustedUntil,
} from '../../../src/light/index.ts'
import { NodeClient, readBeginning, type TrustUpdate, updateTrust, writeWhole } from '../../client/index.ts'
import type { Frame, Outcome } from '../frame.ts'
import { type CheckpointOptions, checkpointOption, evidenceOption, instantText, nodeUrl } from '../options.ts'
import { shown } from '../table.ts'

type Options = CheckpointOptions & {
  readonly trust: string
  readonly out?: string
  readonly witness?: readonly string[]
  readonly evidence?: string
  readonly sequential?: true
}

export function trustUpdate(parent: Command, frame: Frame): void {
  parent
    .command('update')
    .description(
      "Follow a node's headers from a trust file through to a newer one. Within the trusting period nobody has to be " +
        'trusted for it; after its end, pin anew.',
    )
    .requiredOption('--trust <file>', 'the trust file')
    .option('--out <file>', 'where to write the newer one (default: in its place)')
    .addOption(
      new Option('--witness <url>', 'another node that has to show the same header; may be repeated').argParser(
        (text: string, before: readonly string[] = []) => [...before, nodeUrl(text)],
      ),
    )
    .addOption(checkpointOption())
    .addOption(evidenceOption())
    .option('--sequential', 'follow every header in between, not only as many as are needed')
    .addHelpText('after', '\nExample: commonroot trust update --trust ledger.trust --witness http://127.0.0.1:7601')
    .action(
      frame(async ({ node, signal, terminal }, options: Options) => {
        const before = decodeTrust(await readBeginning(options.trust, maximumTrustBytes + 1))
        const update = await updateTrust({
          node,
          witnesses: (options.witness ?? []).map((url) => new NodeClient(url, signal)),
          trust: before,
          now: BigInt(Date.now()),
          checkpoints: options.checkpoint ?? [],
          sequential: options.sequential ?? false,
        })
        const file = options.out ?? options.trust
        if ('conflict' in update) {
          // Each height its own: the next fork must not replace the proof of this one.
          const height = update.conflict.other.at(-1)?.signed.header.height ?? before.height
          const evidence = options.evidence ?? `${file}.${height}.evidence`
          await writeWhole(evidence, encodeEvidence(update.conflict), 'everybody')
          terminal.say(`The proof of the fork is in ${shown(evidence)}; the trust file stays as it is.`)
          throw update.refusal
        }
        await writeWhole(file, encodeTrust(update.trust), 'everybody')
        return outcomeOf(file, before, update)
      }),
    )
}

function outcomeOf(file: string, before: Trust, { trust, followed, witnesses }: TrustUpdate): Outcome {
  const headerHash = toHex(trust.headerHash)
  const time = instantText(timestampToMilliseconds(trust.time))
  const until = instantText(trustedUntil(trust))
  const { chain, height } = trust
  return {
    value: { file, chain, from: before.height, height, time, headerHash, trustedUntil: until, followed, witnesses },
    lines: [
      `${shown(file)}: chain ${chain}, block ${before.height} -> ${height} of ${time}, trusted until ${until}`,
      `Header hash: ${headerHash}`,
      `Headers followed: ${followed}`,
      ...witnesses.map(({ url, answer, code }) => `Witness ${url}: ${answer}${code === undefined ? '' : ` (${code})`}`),
    ],
  }
}
