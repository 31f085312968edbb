import type { Command } from 'commander'
import { createWhole, givenPassphrase, joinRequest } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { memberId, passphraseOption, type SignerOptions, signerOption } from '../options.ts'

type Options = SignerOptions & {
  readonly id: string
  readonly name: string
  readonly role: readonly string[]
  readonly out: string
}

export function governanceJoin(parent: Command, frame: Frame): void {
  parent
    .command('join')
    .description(
      'Make the request of a newcomer: a file that any member proposes with `admit-member`. The key is the ' +
        "newcomer's own, and nothing in the file is secret.",
    )
    .requiredOption('--id <id>', 'the id that it asks for', memberId)
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--role <role...>', 'roles that it asks for')
    .addOption(signerOption())
    .addOption(passphraseOption())
    .requiredOption('--out <file>', 'where to write the request')
    .addHelpText(
      'after',
      '\nExample: commonroot governance join --id vendor-cirrus --name Cirrus --role vendor --signer cirrus.key ' +
        '--out cirrus.json',
    )
    .action(
      frame(async ({ node }, { id, name, role: roles, signer, passphraseFile, out }: Options) => {
        const { chain } = await node.chain()
        const request = await joinRequest(chain, { id, name, roles }, signer, await givenPassphrase(passphraseFile))
        await createWhole(out, `${JSON.stringify(request, null, 2)}\n`, 'everybody')
        return {
          value: { file: out, chain, id, roles },
          lines: [
            `${out}: ${id} asks to join ${chain}`,
            `A member proposes it: commonroot governance propose admit-member ${out}`,
          ],
        }
      }),
    )
}
