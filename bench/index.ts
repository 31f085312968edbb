/**
 * `npm run bench`: measures each row of the table against its peer or limit, in one run on one machine. Progress goes to
 * standard error, results to standard output. What the rows mean is told in `docs/benchmarks.md`.
 *
 * May import: everything. Start reading at `row.ts`, then `rows/index.ts`, then `ledger/campaign.ts`.
 */
import { readArguments, usage } from './arguments.ts'
import { Bench } from './bench.ts'
import { describeMachine, load, quietLoad } from './machine.ts'
import { plans } from './plan.ts'
import { type Report, textLine } from './report.ts'
import { type Figure, type Result, resultOf } from './row.ts'
import { rows } from './rows/index.ts'

/** How the note of a row begins whose measurement broke off. */
const failure = 'failed: '

/** Exit code of a run that a signal ended. */
const interrupted = 130

/** Errors that have been told: rows that look at the same publication fail with the same one. */
const told = new Set<unknown>()

process.exitCode = await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<number> {
  let given: ReturnType<typeof readArguments>
  try {
    given = readArguments(
      words,
      rows.map(({ name }) => name),
    )
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  const beginning = performance.now()
  const say = (text: string) => console.error(`[${((performance.now() - beginning) / 1000).toFixed(0)} s] ${text}`)
  const machine = describeMachine()
  if (machine.loadBefore > quietLoad) say(`the machine is busy: load ${machine.loadBefore} before the start`)
  const chosen = rows.filter(({ name }) => given.only.length === 0 || given.only.includes(name))
  const bench = await Bench.open(plans[given.mode], say)
  const results: Result[] = []
  const interruption = endWithSignals(bench)
  try {
    for (const row of chosen) {
      const before = load()
      const figure = await row.measure(bench).catch((error: unknown) => failed(error, say, interruption))
      if (interruption.aborted) break
      const result = resultOf(row, figure, [before, load()])
      results.push(result)
      if (given.json) say(textLine(result))
      else console.log(textLine(result))
    }
  } finally {
    await bench.close()
  }
  if (interruption.aborted) return interrupted
  const seconds = Math.round((performance.now() - beginning) / 1000)
  const report: Report = { results, machine, mode: given.mode, seconds }
  if (given.json) console.log(JSON.stringify(report, undefined, 2))
  return results.some(({ note }) => note.startsWith(failure)) ? 1 : 0
}

/** A row that breaks off does not take the others with it. */
function failed(error: unknown, say: (text: string) => void, interruption: AbortSignal): Figure {
  if (!told.has(error) && !interruption.aborted)
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  told.add(error)
  return { value: null, ratio: null, note: `${failure}${error instanceof Error ? error.message : String(error)}` }
}

/** An interrupted run leaves neither processes nor data behind. @returns a signal that is aborted by the first */
function endWithSignals(bench: Bench): AbortSignal {
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) return
      interruption.abort()
      bench.close().finally(() => process.exit(interrupted))
    })
  }
  return interruption.signal
}
