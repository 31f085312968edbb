/** `docs/reference/cli.md`: every command with its arguments and options, from the tree that parses them. */
import type { Argument, Command, Option } from 'commander'
import { makeProgram } from '../../api/cli/program.ts'

const introduction = `# The command line

\`npx commonroot COMMAND\` in a checkout, \`commonroot COMMAND\` where the package is installed. This page is made from the
code by \`npm run generate\`.

## What all commands share

- Results go to standard output, everything said on the way to standard error. Colours and progress bars appear on a
  terminal only; \`NO_COLOR\` is respected.
- With \`--json\`, standard output is exactly one JSON value, whatever happens: the result, or
  \`{ "error": { "code", "message" } }\` when there is none. Codes are those of [the error reference](errors.md). Times are
  ISO 8601 in UTC, fingerprints lower-case hexadecimal, absent facts \`null\`.
- Exit codes: \`0\` done, or valid; \`1\` refused, invalid or failed, with the error's code; \`2\` wrong usage, which includes a
  file that is not there; \`3\` no node answers. A command that a signal ended: 128 and the signal's number.
- Files are written whole or not at all. What was submitted is executed once: a lost answer is asked for again with the
  same bytes, and publishing or revoking the same thing again changes nothing.
- A key file given as \`--signer\` may be encrypted; its passphrase is the first line of \`--passphrase-file\`, else the
  variable \`COMMONROOT_PASSPHRASE\`. Which member signs is found by the public key.
`

const values = `## What \`--json\` prints

| command | value |
|---|---|
| \`sandbox\` | \`{ chain, url, data, issued, published, verdicts: [{ serial, verdict, code, proofBytes, milliseconds }] }\`, once it is up; then it runs on |
| \`fsck\` | \`{ height, count, findings: [{ check, where, what, repairable, repaired }], checked }\`: what was found, and how much was looked at |
| \`prune\` | \`{ blocks, files: [{ first, last, bytes }], databaseBytes: { before, after } }\` |
| \`backup\` | \`{ file, bytes, chain, height, rows, archives: [{ file, bytes, digest }] }\`: archive files that a restoration needs, too |
| \`restore\` | \`{ file, chain, height, rows }\` |
| \`member list\` | \`[{ id, name, roles, state, keys: [{ purpose, threshold, keys: [{ algorithm, digest, spki }] }] }]\` |
| \`device issue\` | \`{ chain, devices: [{ serial, certificate, key, fingerprint }], passphraseFile }\`: paths, and null without a random passphrase |
| \`certificate publish\` | \`{ chain, member, published, unchanged, refused, repeated, items: [{ file, index, fingerprint, serial, code, message }] }\` |
| \`certificate show\` | what [the API](api.md) says of the certificate |
| \`certificate status\` | \`{ fingerprint, verdict, code, judgedAt }\` |
| \`certificate revoke\` | \`{ fingerprint, code, message, height, time, transaction }\` |
| \`certificate mass-revoke\` | \`{ manufacturer, code, message, height, time, transaction }\` |
| \`trust export\` | \`{ file, bytes, chain, height, time, headerHash, trustedUntil }\` |
| \`proof get\` | \`{ file, bytes, format, fingerprint, published }\`: published is null for ics23 |
| \`proof verify\` | \`{ verdict, code, checkedAt, headerTime, ageSeconds, proofBytes, fingerprint }\`, and \`message\` for an invalid one |
| \`module list\` | \`[{ name, version, summary, transactions, parameters, events, collections }]\` |
| \`openapi\` | the OpenAPI 3.1 document |
| \`completion\` | \`{ shell, script }\` |

\`code\` is \`done\`, \`unchanged\` or an error's code; of a verdict, what it rests on, such as \`certificate.mass-revoked\`. An
item of a publication without \`index\` is a file that could not be read as certificates.
`

export async function cliReference(): Promise<string> {
  const program = makeProgram(() => async () => undefined)
  const shared = `Options of every command:\n\n${program.options.map(optionLine).join('\n')}\n`
  return [introduction, shared, values, ...sections(program, [])].join('\n')
}

function sections(command: Command, path: readonly string[]): readonly string[] {
  if (command.commands.length > 0) return command.commands.flatMap((child) => sections(child, [...path, child.name()]))
  const lines = [...command.registeredArguments.map(argumentLine), ...command.options.map(optionLine)]
  const example = exampleOf(command)
  return [
    `## ${path.join(' ')}`,
    '',
    prose(command.description()),
    '',
    '```sh',
    ['commonroot', ...path, usageOf(command)].join(' ').trim(),
    '```',
    ...(lines.length === 0 ? [] : ['', ...lines]),
    ...(example === undefined ? [] : ['', 'Example:', '', '```sh', example, '```']),
    '',
  ]
}

/** Arguments, then the options that must be given; the others are listed below. */
function usageOf(command: Command): string {
  const required = command.options.filter(({ mandatory }) => mandatory)
  return [...command.registeredArguments.map(argumentWord), ...required.map(({ flags }) => upper(flags))].join(' ')
}

function argumentWord(argument: Argument): string {
  const word = argument.name().toUpperCase() + (argument.variadic ? '...' : '')
  return argument.required ? word : `[${word}]`
}

/** `--out <file>` as people read it in usage lines: `--out FILE`. */
function upper(flags: string): string {
  return flags.replace(/<(.*)>/, (_, value: string) => value.toUpperCase())
}

function argumentLine(argument: Argument): string {
  return `- \`${argumentWord(argument)}\`: ${argument.description}${choicesOf(argument.argChoices)}`
}

function optionLine({
  flags,
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
  envVar,
  mandatory,
}: Option): string {
  const fallback: unknown = defaultValueDescription ?? defaultValue
  const rest = [
    choicesOf(argChoices),
    fallback === undefined ? '' : `; default \`${String(fallback)}\``,
    envVar === undefined ? '' : `, or the variable \`${envVar}\``,
    mandatory ? '; required' : '',
  ]
  return `- \`${upper(flags)}\`: ${description}${rest.join('')}`
}

function choicesOf(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : `: ${choices.map((choice) => `\`${choice}\``).join(', ')}`
}

/** The example of the help text. */
function exampleOf(command: Command): string | undefined {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
  })
  command.outputHelp()
  return /^Example: (.*)$/m.exec(help)?.[1]
}

/** Plain text in which Markdown finds no mark-up. */
function prose(text: string): string {
  return text.replace(/[*<]/g, '\\$&')
}
