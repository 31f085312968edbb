import { type Command, Option } from 'commander'
import {
  defaultTrustingPeriod,
  encodeEvidence,
  type Fraction,
  maximumClockDrift,
  maximumLightBlockBytes,
  maximumLightBlocksBytes,
} from '../../../src/light/index.ts'
import { readBeginning, verifyLightFiles, writeWhole } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import {
  type CheckpointOptions,
  checkpointOption,
  evidenceOption,
  thresholdOption,
  time,
  wholeNumber,
} from '../options.ts'
import { shown, table } from '../table.ts'

type Options = CheckpointOptions & {
  readonly trust: string
  readonly headers: string
  readonly now?: bigint
  readonly clockDrift: number
  readonly trustingPeriod: number
  readonly threshold?: Fraction
  readonly evidence?: string
}

const secondsPerDecade = 315_619_200

export function lightVerify(parent: Command, frame: Frame): void {
  parent
    .command('verify')
    .description(
      'Verify headers offline, as a light client does: each by the validators that a trusted one vouches for, ' +
        'in rising order. Exit code 0 only if all of them are verified.',
    )
    .requiredOption('--trust <file>', 'a trust file, or one light block of CometBFT in JSON')
    .requiredOption('--headers <file>', 'light blocks of CometBFT, as a JSON array')
    .addOption(new Option('--now <time>', 'judge at this time instead of now (ISO 8601)').argParser(time))
    .addOption(
      new Option('--clock-drift <seconds>', 'how far a header may lie ahead of the clock')
        .argParser(wholeNumber(0, 3600))
        .default(Number(maximumClockDrift / 1000n)),
    )
    .addOption(
      new Option('--trusting-period <seconds>', 'how long a pinned light block counts that does not say so itself')
        .argParser(wholeNumber(1, secondsPerDecade))
        .default(Number(defaultTrustingPeriod / 1000n)),
    )
    .addOption(thresholdOption('how much of the power of a pinned light block has to vouch (default: 1/3)'))
    .addOption(checkpointOption())
    .addOption(evidenceOption())
    .addHelpText('after', '\nExample: commonroot light verify --trust ledger.trust --headers headers.json')
    .action(
      frame(async ({ terminal }, options: Options) => {
        const verdict = verifyLightFiles({
          // One byte beyond what is allowed is read, so that the parser is the one that refuses it.
          trust: await readBeginning(options.trust, maximumLightBlockBytes + 1),
          headers: await readBeginning(options.headers, maximumLightBlocksBytes + 1),
          now: options.now ?? BigInt(Date.now()),
          clockDrift: BigInt(options.clockDrift) * 1000n,
          trustingPeriod: BigInt(options.trustingPeriod) * 1000n,
          checkpoints: options.checkpoint ?? [],
          ...(options.threshold === undefined ? {} : { threshold: options.threshold }),
        })
        const { verified, code, message, height, conflict } = verdict
        const kept = conflict === undefined ? undefined : options.evidence
        if (conflict !== undefined && kept !== undefined) await writeWhole(kept, encodeEvidence(conflict), 'everybody')
        return {
          value: { verified, code, height: height ?? null },
          lines: [
            terminal.paint(verified ? 'green' : 'red', verified ? 'verified' : 'not verified'),
            ...table([
              ['  why', message === undefined ? code : `${message} (${code})`],
              ['  trusted height', height?.toString() ?? 'none'],
              ...(kept === undefined ? [] : [['  evidence', shown(kept)] as const]),
            ]),
          ],
          refused: !verified,
        }
      }),
    )
}
