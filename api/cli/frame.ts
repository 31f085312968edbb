/** What all commands share: the node, the terminal, interruption, and the way from an outcome to an exit code. */
import type { Command } from 'commander'
import { CommonrootError } from '../../src/errors/index.ts'
import { cliError, NodeClient } from '../client/index.ts'
import { exitCode, exitCodeOf } from './exit-code.ts'
import { type Shown, Terminal } from './terminal.ts'

/** What a command found or did. */
export type Outcome = Shown & {
  /** Something was refused or is invalid: exit code 1. */
  readonly refused?: boolean
}

/** What a command is given beside its arguments and options. */
export type Call = {
  readonly terminal: Terminal
  /** The node that `--node` names. */
  readonly node: NodeClient
  /** Aborted by the first signal that asks the program to end; its reason is cli.interrupted. */
  readonly signal: AbortSignal
}

export type GlobalOptions = { readonly json?: true; readonly node: string }

/** What a command does; one that has shown its result already returns nothing. */
export type Work<Rest extends unknown[]> = (call: Call, ...rest: Rest) => Promise<Outcome | undefined>

/** Wraps the work of a command into what commander calls: with the command as `this`, its arguments and its options. */
export type Frame = <Rest extends unknown[]>(work: Work<Rest>) => (this: Command, ...rest: Rest) => Promise<void>

/** Remembers how the command ended. */
export type Ending = { code: number }

export function makeFrame(ending: Ending): Frame {
  return (work) =>
    async function (...rest) {
      const { json = false, node } = this.optsWithGlobals<GlobalOptions>()
      const terminal = new Terminal(json)
      const interruption = listenForSignals()
      try {
        const call = { terminal, node: new NodeClient(node, interruption.signal), signal: interruption.signal }
        const outcome = await work(call, ...rest)
        if (outcome !== undefined) terminal.show(outcome)
        ending.code = outcome?.refused === true ? exitCode.refused : exitCode.done
      } catch (error) {
        ending.code = reportError(terminal, error)
      } finally {
        interruption.end()
      }
    }
}

/** Says what went wrong, in the one form for programs and the one for people. @returns the exit code */
export function reportError(terminal: Terminal, error: unknown): number {
  const known = error instanceof CommonrootError ? error : unexpected(terminal, error)
  const { code, message } = known
  if (terminal.json) terminal.show({ value: { error: { code, message } }, lines: [] })
  else terminal.say(`${terminal.paintMessage('red', 'error:')} ${message} (${code})`)
  return exitCodeOf(known)
}

/** A defect of ours: the stack is what a report needs. */
function unexpected(terminal: Terminal, error: unknown): CommonrootError {
  terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return cliError('unexpected', { reason: error instanceof Error ? error.message : String(error) }, error)
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal asks; the second ends at once. */
function listenForSignals(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController()
  const listener = (signal: NodeJS.Signals) => {
    const error = cliError('interrupted', { signal })
    if (controller.signal.aborted) process.exit(exitCodeOf(error))
    controller.abort(error)
  }
  for (const signal of signals) process.on(signal, listener)
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of signals) process.off(signal, listener)
    },
  }
}
