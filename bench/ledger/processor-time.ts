/** Processor time of other processes, as the kernel counts it: unlike a rate, it hardly depends on what else runs. */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second on x64 and ARM64. */
const ticksPerSecond = 100

/** Seconds of a process, user and system, its threads included. */
export function processSeconds(processId: number): number {
  const fields = statOf(processId)
  return (fields.user + fields.system) / ticksPerSecond
}

/** Seconds of a process, of its children, and of those children that have ended. */
export function familySeconds(processId: number): number {
  const own = statOf(processId)
  const ended = (own.endedUser + own.endedSystem) / ticksPerSecond
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => statOf(one).parent === processId)
  return children.reduce((sum, child) => sum + processSeconds(child), processSeconds(processId) + ended)
}

/** Fields of `/proc/<pid>/stat` (proc_pid_stat(5)); all 0 for a process that is gone. */
function statOf(processId: number) {
  let text = ''
  try {
    text = readFileSync(`/proc/${processId}/stat`, 'utf8')
  } catch {
    // It ended between two looks.
  }
  // The name, in parentheses, may hold blanks: fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3] ?? 0)
  return {
    parent: field(4),
    user: field(14),
    system: field(15),
    endedUser: field(16),
    endedSystem: field(17),
  }
}
