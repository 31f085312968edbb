/**
 * Loaded before a program (`--import`): ends it at one durable step as a power cut does, before that step begins or after
 * it is done and before anybody hears of it. A file names the step, is looked at whenever a step comes, and goes when the
 * program does: `fault-point.ts?order=FILE`.
 */
import { tracingChannel } from 'node:diagnostics_channel'
import { readFileSync, rmSync } from 'node:fs'
import { type DurableStep, durableSteps } from '../../src/durable/index.ts'

export type FaultPoint = {
  readonly step: string
  readonly moment: 'before' | 'after'
  /** Which time, counted from when the file is there: 1 is the next. */
  readonly occurrence: number
}

const order = new URL(import.meta.url).searchParams.get('order')
if (order !== null) endAtFault(order)

function endAtFault(file: string): void {
  let current = ''
  let count = 0
  const meet = (step: string, moment: FaultPoint['moment']): void => {
    const text = readOrder(file)
    if (text === undefined) return
    if (text !== current) count = 0
    current = text
    const wanted: FaultPoint = JSON.parse(text)
    if (wanted.step !== step || wanted.moment !== moment) return
    count += 1
    if (count < wanted.occurrence) return
    rmSync(file)
    process.kill(process.pid, 'SIGKILL')
  }
  tracingChannel<DurableStep>(durableSteps).subscribe({
    start: ({ step }) => meet(step, 'before'),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: ({ step, ...outcome }) => {
      if (!('error' in outcome)) meet(step, 'after')
    },
    error: () => undefined,
  })
}

function readOrder(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
