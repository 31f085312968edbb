/** Processes as Linux shows them in proc(5), and signals to several of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds that killed processes may take to be gone. */
const patience = 10_000

export function signalAll(processIds: readonly number[], signal: NodeJS.Signals): void {
  for (const processId of processIds) {
    try {
      process.kill(processId, signal)
    } catch (error) {
      // One that ended by itself meanwhile needs no signal.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

export function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((processId) => Number.isInteger(processId) && statusOf(processId)?.parent === parent)
}

/** Resolves when none of them runs any more; one that is only waited for by its parent has ended. */
export async function allEnded(processIds: readonly number[]): Promise<void> {
  const until = performance.now() + patience
  while (processIds.some(isRunning)) {
    if (performance.now() > until) throw new Error(`some of the processes ${processIds.join(', ')} do not end`)
    await sleep(5)
  }
}

/** One that is only waited for by its parent has ended. */
export function isRunning(processId: number): boolean {
  return (statusOf(processId)?.state ?? 'Z') !== 'Z'
}

/** The words that a process was started with. */
export function commandOf(processId: number): readonly string[] {
  return readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0').slice(0, -1)
}

/** Fields 3 and 4 of /proc/PID/stat; the second is a name that may hold anything. */
function statusOf(processId: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1')
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}
