/** The command line's way in. */
import { CommanderError } from 'commander'
import { cliError } from '../client/index.ts'
import { exitCode } from './exit-code.ts'
import { type Ending, makeFrame, reportError } from './frame.ts'
import { makeProgram } from './program.ts'
import { Terminal } from './terminal.ts'

/** Runs one command. @param argv the words after the program's name @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  const ending: Ending = { code: exitCode.done }
  try {
    await makeProgram(makeFrame(ending)).parseAsync(argv, { from: 'user' })
    return ending.code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCode.done
    // What commander finds wrong is found before the options are known.
    const terminal = new Terminal(argv.includes('--json'))
    if (!(error instanceof CommanderError)) return reportError(terminal, error)
    return reportError(terminal, cliError('usage', { reason: sentenceOf(error) }, error))
  }
}

/** Commander's message without its prefix and its second line of guesses. */
function sentenceOf({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'a command is missing'
  return message.replace(/^error: /, '').replace(/\n/g, ' ')
}
