/**
 * Finds the processes of one run by a mark in their environment: a test's database or node may have moved to a process
 * group, a session or a user of its own, but it inherits the mark. Works where there is a `/proc`.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** The environment variable that carries the mark. */
export const runMark = 'COMMONROOT_TEST_RUN'

/** A supervisor may start its child once more before it is killed itself. */
const rounds = 5

/** Kills every other process that carries the mark, and what those start meanwhile; tells their command lines. */
export function endMarked(mark: string): readonly string[] {
  const wanted = `${runMark}=${mark}`
  const ended = new Map<number, string>()
  for (let round = 0; round < rounds; round++) {
    const found = processIds().filter((id) => !ended.has(id) && read(id, 'environ').split('\0').includes(wanted))
    if (found.length === 0) break
    for (const id of found) {
      ended.set(id, read(id, 'cmdline').replaceAll('\0', ' ').trim())
      end(id)
    }
  }
  return [...ended.values()]
}

function end(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It ended by itself between the two looks.
  }
}

function processIds(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((id) => Number.isInteger(id) && id !== process.pid)
  } catch {
    return []
  }
}

function read(id: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
