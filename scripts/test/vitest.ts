/** Runs vitest so that nothing it started outlives it. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Ending } from './outcome.ts'
import { endMarked, runMark } from './processes.ts'

/** Runs vitest once and resolves with how it ended; `resultFile` then holds its JSON report. */
export async function runVitest(run: {
  readonly root: string
  readonly resultFile: string
  readonly arguments: readonly string[]
  /** Where vitest's own output goes; this process' own unless told. */
  readonly output?: 'inherit' | 'ignore'
}): Promise<Ending> {
  const output = run.output ?? 'inherit'
  mkdirSync(path.dirname(run.resultFile), { recursive: true })
  rmSync(run.resultFile, { force: true })
  const mark = randomUUID()
  const child = spawn(
    process.execPath,
    [
      path.join(run.root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${run.resultFile}`,
      ...run.arguments,
    ],
    {
      cwd: run.root,
      stdio: ['ignore', output, output],
      detached: true,
      env: {
        ...process.env,
        PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
        [runMark]: mark,
      },
    },
  )
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  try {
    return await new Promise<Ending>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve({ code, signal }))
    })
  } finally {
    for (const signal of signals) process.off(signal, forward)
    for (const command of endMarked(mark)) console.log(`ended what a test left running: ${command}`)
  }
}
