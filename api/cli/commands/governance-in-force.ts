import { type Command, Option } from 'commander'
import type { InForceAnswer } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { blockHeight } from '../options.ts'
import { shown, table } from '../table.ts'

export function governanceInForce(parent: Command, frame: Frame): void {
  parent
    .command('in-force')
    .description('Show members, validators, parameters and the protocol as they are, or were after a block.')
    .addOption(new Option('--height <n>', 'after this block (default: the newest)').argParser(blockHeight))
    .addHelpText('after', '\nExample: commonroot governance in-force --height 1000')
    .action(
      frame(async ({ node, terminal }, { height }: { readonly height?: number }) => {
        const found = await node.inForce(height)
        const heading = (text: string) => terminal.paint('bold', text)
        return {
          value: found,
          lines: [
            heading(`After block ${found.height}: protocol ${found.protocol.version}${nextOf(found)}`),
            '',
            heading('Members'),
            ...table(
              found.members.map(({ id, state, since, roles }) =>
                [`  ${id}`, state, `since ${since}`, roles.join(', ')].map(shown),
              ),
            ),
            '',
            heading('Validators'),
            ...table(found.validators.map(validatorRow)),
            '',
            heading('Parameters'),
            ...table(found.parameters.map(parameterRow)),
            ...found.withdrawnAlgorithms.map(({ algorithm, since }) =>
              shown(`\n${algorithm} is withdrawn since ${since}`),
            ),
            ...found.misbehaviour.map(misbehaviourLine),
          ],
        }
      }),
    )
}

function nextOf({ protocol: { next } }: InForceAnswer): string {
  return next === undefined ? '' : `, ${next.version} from block ${next.height} on`
}

function validatorRow({ key, member, power, applied, state }: InForceAnswer['validators'][number]): readonly string[] {
  const powers = power === applied ? `${power}` : `${power} decided, ${applied} in the engine`
  return [`  ${key.slice(0, 16)}...`, member ?? '-', state, powers].map(shown)
}

function parameterRow({ module, name, since, value }: InForceAnswer['parameters'][number]): readonly string[] {
  const text = JSON.stringify(value)
  return [`  ${module}/${name}`, `since ${since}`, text.length > 100 ? `${text.slice(0, 100)}...` : text].map(shown)
}

function misbehaviourLine({ member, kind, height, consequence }: InForceAnswer['misbehaviour'][number]): string {
  return shown(`${member ?? 'a validator'}: ${kind} at block ${height}, ${consequence}`)
}
