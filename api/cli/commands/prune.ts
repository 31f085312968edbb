import type { Command } from 'commander'
import { CommonrootError } from '../../../src/errors/index.ts'
import type { PruneReport } from '../../../src/store/index.ts'
import type { Frame } from '../frame.ts'
import { wholeNumber } from '../options.ts'
import type { Progress } from '../progress.ts'
import { bytesText, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'

type Options = { readonly data: string; readonly keep?: number }

export function prune(parent: Command, frame: Frame): void {
  parent
    .command('prune')
    .description(
      'Move old blocks out of the database into compressed archive files in the data folder, where they are read as before. ' +
        'A running node does so by itself when a file can be filled; this also writes a last one that is not full.',
    )
    .option('--data <dir>', 'data folder of the node', '.commonroot')
    .option(
      '--keep <n>',
      'how many of the newest blocks stay in the database (default: 4096, or those of 256 MiB)',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .addHelpText('after', '\nExample: commonroot prune --data /tmp/ledger --keep 1000')
    .action(
      frame(async ({ terminal, signal }, { data, keep }: Options) => {
        const { withRunningStore, withStoredLedger } = await import('../../sandbox/index.ts')
        const { keptBlocks, keptBytes, pruneBlocks } = await import('../../../src/store/index.ts')
        const { archiveComplaint } = await import('../../../src/fsck/index.ts')
        const place = { folder: data, database: process.env.DATABASE_URL || undefined }
        const bar = new Bar(terminal)
        const work = (isAlone: boolean) => (ledger: Place) =>
          pruneBlocks({
            connection: ledger.connection,
            chain: ledger.chain,
            folder: ledger.archive,
            ...(keep === undefined ? { keep: keptBlocks, keepBytes: keptBytes } : { keep: BigInt(keep) }),
            partial: true,
            isAlone,
            complaint: archiveComplaint,
            onProgress: (done, total) => bar.to(done, total),
            signal,
          })
        try {
          return outcomeOf(await withStoredLedger(place, work(true)))
        } catch (error) {
          if (!isInUse(error)) throw error
          terminal.say('A node has the chain open, and goes on.')
          return outcomeOf(await withRunningStore(place, work(false)))
        } finally {
          bar.end()
        }
      }),
    )
}

type Place = { readonly connection: string; readonly chain: string; readonly archive: string }

function isInUse(error: unknown): boolean {
  return error instanceof CommonrootError && ['cli.sandbox-running', 'store.in-use'].includes(error.code)
}

class Bar {
  readonly #terminal: Terminal
  #bar: Progress | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  to(done: number, total: number): void {
    this.#bar ??= this.#terminal.progress('blocks', total)
    this.#bar.to(done)
  }

  end(): void {
    this.#bar?.end()
  }
}

function outcomeOf({ files, blocks, before, after }: PruneReport) {
  const rows = files.map(({ first, last, bytes }) => [`blocks ${first} to ${last}`, bytesText(Number(bytes))])
  const sum = blocks === 0 ? 'nothing to archive' : `${blocks} blocks archived`
  const sizes = `${bytesText(Number(before))} before, ${bytesText(Number(after))} after`
  return {
    value: {
      blocks,
      files: files.map(({ first, last, bytes }) => ({ first, last, bytes })),
      databaseBytes: { before, after },
    },
    lines: [...table(rows), `${sum}; their tables have ${sizes}`],
  }
}
