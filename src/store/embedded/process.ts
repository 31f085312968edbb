/** What Linux tells of other processes (proc(5)). */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { pollInterval } from './limits.ts'

/** A process for good: numbers are used again, the moment of birth tells two owners of one number apart. */
export type ProcessMark = { readonly processId: number; readonly started: string }

/** Field 22 of /proc/PID/stat, in clock ticks since boot; undefined when there is no such process or it is only waited for. */
export function startOf(processId: number): string | undefined {
  const stat = readProcFile(processId, 'stat')
  // The second field is the program's name and may hold spaces and parentheses: count from its end.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19]
}

export function isAlive(mark: ProcessMark): boolean {
  return startOf(mark.processId) === mark.started
}

export function thisProcess(): ProcessMark {
  return { processId: process.pid, started: startOf(process.pid) ?? '' }
}

/** The words a process was started with; none when it is gone. */
export function commandOf(processId: number): readonly string[] {
  return readProcFile(processId, 'cmdline')?.split('\0') ?? []
}

/** Waits until `condition` holds. False: `patience` milliseconds went by. */
export async function waitUntil(condition: () => boolean, patience: number): Promise<boolean> {
  const end = performance.now() + patience
  while (!condition()) {
    if (performance.now() >= end) return false
    await delay(pollInterval)
  }
  return true
}

/** Sends a signal; a process that is gone meanwhile is what the caller wants anyway. */
export function signal(processId: number, name: NodeJS.Signals): void {
  try {
    process.kill(processId, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function readProcFile(processId: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${processId}/${name}`, 'latin1')
  } catch {
    return undefined
  }
}
