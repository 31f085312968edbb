import { Argument, type Command } from 'commander'
import { type Shell, scriptFor, shells } from '../completion.ts'
import type { Frame } from '../frame.ts'

export function completion(parent: Command, frame: Frame): void {
  parent
    .command('completion')
    .description('Print the completion script of a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', '\nExample: source <(commonroot completion bash)')
    .action(
      frame(async (_call, shell: Shell) => {
        const script = scriptFor(shell, parent)
        return { value: { shell, script }, lines: [script] }
      }),
    )
}
