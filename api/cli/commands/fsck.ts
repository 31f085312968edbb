import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { utf8 } from '../../../src/codec/index.ts'
import type { Finding, FsckRange, FsckReport, FsckStep } from '../../../src/fsck/index.ts'
import { collectionPrefix } from '../../../src/state/index.ts'
import type { Frame } from '../frame.ts'
import { wholeNumber } from '../options.ts'
import type { Progress } from '../progress.ts'
import { table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

type Options = {
  readonly data: string
  readonly repair?: true
  readonly resume?: true
  readonly fromHeight?: number
  readonly toHeight?: number
  readonly records?: Uint8Array
}

/** Where an interrupted check notes how far it has come. */
const placeFile = 'fsck-place.json'

export function fsck(parent: Command, frame: Frame): void {
  parent
    .command('fsck')
    .description(
      'Check everything that a stopped node keeps: archive files, history, votes, both state trees down to every record, indexes, ' +
        'counters, kept certificates. Exit code 0 when all is well, 1 when something was found.',
    )
    .option('--data <dir>', 'data folder of the node', '.commonroot')
    .option('--repair', 'mend what can be made again from what is sound')
    .option('--resume', 'go on where an interrupted check got to, unless the node has run since')
    .addOption(
      new Option('--from-height <n>', 'check only the history, from this height on').argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option('--to-height <n>', 'check only the history, up to this height').argParser(
        wholeNumber(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      new Option(
        '--records <prefix>',
        'check only records whose key begins so: module/collection or module/collection/hexadecimal',
      )
        .argParser(recordPrefix)
        .conflicts(['fromHeight', 'toHeight', 'repair', 'resume']),
    )
    .addHelpText('after', '\nExample: commonroot fsck --data /tmp/ledger --repair')
    .action(
      frame(async ({ terminal, signal }, options: Options) => {
        const { withStoredLedger } = await import('../../sandbox/index.ts')
        const { fsck: check } = await import('../../../src/fsck/index.ts')
        const { protocols } = await import('../../protocols.ts')
        const bars = new Bars(terminal)
        const database = process.env.DATABASE_URL || undefined
        const report = await withStoredLedger({ folder: options.data, database }, ({ folder, ...ledger }) =>
          check({
            ...ledger,
            protocols,
            repair: options.repair === true,
            ...rangeOf(options),
            place: { file: join(folder, placeFile), resume: options.resume === true },
            onProgress: (step, done, total) => bars.to(step, done, total),
            signal,
          }),
        ).finally(() => bars.end())
        return outcomeOf(report)
      }),
    )
}

function rangeOf({ fromHeight, toHeight, records }: Options): { readonly range?: FsckRange } {
  if (records !== undefined) return { range: { kind: 'records', prefix: records } }
  if (fromHeight === undefined && toHeight === undefined) return {}
  const to = toHeight === undefined ? {} : { to: BigInt(toHeight) }
  return { range: { kind: 'heights', from: BigInt(fromHeight ?? 0), ...to } }
}

/** `module/collection`, or with the beginning of a key behind another stroke. */
function recordPrefix(text: string): Uint8Array {
  const [module = '', collection = '', rest = '', more] = text.split('/')
  const isSound = [module, collection].every((word) => /^[a-z][a-z0-9-]{0,39}$/.test(word))
  if (!isSound || more !== undefined || !/^([0-9a-f]{2})*$/.test(rest) || utf8(text).length > 1024) {
    throw new InvalidArgumentError('It must be such as pki/certificates or pki/certificates/00ff.')
  }
  return new Uint8Array([...collectionPrefix(module, collection), ...Uint8Array.fromHex(rest)])
}

const labels: Readonly<Record<FsckStep, string>> = {
  archive: 'archive',
  blocks: 'history',
  state: 'state',
  blobs: 'certificates',
  'before-images': 'recent heights',
  records: 'records',
}

/** One bar after another; a step whose length is not known has none. */
class Bars {
  readonly #terminal: Terminal
  #step: FsckStep | undefined
  #bar: Progress | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  to(step: FsckStep, done: number, total: number): void {
    if (step !== this.#step) {
      this.end()
      this.#step = step
      this.#bar = this.#terminal.progress(labels[step], total)
    }
    this.#bar?.to(done)
  }

  end(): void {
    this.#bar?.end()
  }
}

function outcomeOf({ height, findings, count, checked }: FsckReport) {
  const left = findings.filter(({ repaired }) => !repaired).length + (count - findings.length)
  const sums = Object.entries(checked).map(([what, number]) => `${number} ${what}`)
  const summary = [
    `checked up to height ${height}: ${sums.join(', ')}`,
    count === 0 ? 'all is well' : summaryOf(findings, count),
  ]
  return {
    value: { height, count, findings, checked },
    lines: [...table(findings.map(rowOf)), ...summary],
    refused: left > 0,
  }
}

function rowOf({ check, where, what, repairable, repaired }: Finding): readonly string[] {
  return [repaired ? 'mended' : repairable ? 'can be mended' : 'found', check, where, what]
}

function summaryOf(findings: readonly Finding[], count: number): string {
  const mended = findings.filter(({ repaired }) => repaired).length
  const repairable = findings.filter((finding) => finding.repairable && !finding.repaired).length
  const rest = count - mended - repairable
  const advice = [
    ...(mended > 0 ? [`${mended} mended`] : []),
    ...(repairable > 0 ? [`${repairable} can be mended with --repair`] : []),
    ...(rest > 0 ? [`${rest} need a backup or another node's data`] : []),
  ]
  return `${count} found: ${advice.join(', ')}`
}
