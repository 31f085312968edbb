/** The command line's way in. */
import { type Command, CommanderError } from 'commander'
import { cliError } from '../client/index.ts'
import { exitCode } from './exit-code.ts'
import { type Ending, makeFrame, reportError } from './frame.ts'
import { makeProgram } from './program.ts'
import { Terminal } from './terminal.ts'

/** Runs one command. @param argv the words after the program's name @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  // What commander finds wrong is found before the options are known, and its help is written past the frame.
  const terminal = new Terminal(argv.includes('--json'))
  const ending: Ending = { code: exitCode.done }
  const program = makeProgram(makeFrame(ending))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return ending.code
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCode.done
    if (!(error instanceof CommanderError)) return reportError(terminal, error)
    const code = reportError(terminal, cliError('usage', { reason: sentenceOf(error) }, error))
    terminal.say(`Run "${namedCommand(program, argv)} --help" for what it takes.`)
    return code
  }
}

/** Commander's message without its prefix and its second line of guesses. */
function sentenceOf({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'a command is missing'
  return message.replace(/^error: /, '').replace(/\n/g, ' ')
}

/** The words of the command line up to the last one that is a command. */
function namedCommand(program: Command, argv: readonly string[]): string {
  const path = [program.name()]
  let command = program
  for (const word of argv) {
    const next = command.commands.find((child) => child.name() === word)
    if (next === undefined) continue
    command = next
    path.push(word)
  }
  return path.join(' ')
}
