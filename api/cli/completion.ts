/** Completion scripts, made from the tree of commands: words for the place where the cursor is, then files. */
import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A place in the tree: the words that lead there, and what may follow. */
type Place = {
  readonly path: readonly string[]
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly options: readonly { readonly name: string; readonly summary: string; readonly choices: readonly string[] }[]
  /** What the first argument may be, if that is a closed list. */
  readonly choices: readonly string[]
}

export function scriptFor(shell: Shell, program: Command): string {
  const places = placesOf(program, program, [])
  return shell === 'bash' ? bash(places) : shell === 'zsh' ? zsh(places) : fish(places)
}

function placesOf(program: Command, command: Command, path: readonly string[]): readonly Place[] {
  const options = (command === program ? program.options : [...command.options, ...program.options]).map((option) => ({
    name: option.long ?? option.flags,
    summary: option.description,
    choices: option.argChoices ?? [],
  }))
  const commands = command.commands.map((child) => ({
    name: child.name(),
    summary: firstSentence(child.description()),
  }))
  const choices = command.registeredArguments[0]?.argChoices ?? []
  const below = command.commands.flatMap((child) => placesOf(program, child, [...path, child.name()]))
  return [{ path, commands, options, choices }, ...below]
}

function firstSentence(text: string): string {
  return /^.*?(?=\.(?:\s|$))/.exec(text)?.[0] ?? text
}

function wordsOf({ commands, choices, options }: Place): string {
  return [...commands.map(({ name }) => name), ...choices, ...options.map(({ name }) => name)].join(' ')
}

/** Finds the place: the leading words that are commands. Shared by bash and zsh, whose words and cases are the same. */
function bash(places: readonly Place[]): string {
  const inner = places.filter(({ commands }) => commands.length > 0)
  const valued = places.flatMap(({ path, options }) =>
    options.filter(({ choices }) => choices.length > 0).map((option) => ({ path, ...option })),
  )
  return `_commonroot() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place="" words="" index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$place \${COMP_WORDS[index]}" in
${inner
  .flatMap(({ path, commands }) => commands.map(({ name }) => [...path, name].join(' ')))
  .map((path) => `      " ${path}") place=" ${path}" ;;`)
  .join('\n')}
    esac
  done
  case "$place $before" in
${valued.map(({ path, name, choices }) => `    "${joined(path)} ${name}") words="${choices.join(' ')}" ;;`).join('\n')}
    *) case "$place" in
${places.map((place) => `      "${joined(place.path)}") words="${wordsOf(place)}" ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _commonroot commonroot`
}

function joined(path: readonly string[]): string {
  return path.map((word) => ` ${word}`).join('')
}

function zsh(places: readonly Place[]): string {
  return `#compdef commonroot
_commonroot() {
  local place="" word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place $word" in
${places
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      "${joined(path)}") place="${joined(path)}" ;;`)
  .join('\n')}
    esac
  done
  case "$place" in
${places.map((place) => `    "${joined(place.path)}") found=(${described(place)}) ;;`).join('\n')}
  esac
  _describe commonroot found || _files
}
compdef _commonroot commonroot`
}

function described({ commands, choices, options }: Place): string {
  const entries = [...commands, ...choices.map((name) => ({ name, summary: '' })), ...options]
  return entries.map(({ name, summary }) => quoted(`${name}:${summary.replaceAll(':', ',')}`)).join(' ')
}

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, choices, options }) => {
    const condition = quoted(
      fishCondition(
        path,
        commands.map(({ name }) => name),
      ),
    )
    return [
      ...commands.map(
        ({ name, summary }) => `complete -c commonroot -f -n ${condition} -a ${name} -d ${quoted(summary)}`,
      ),
      ...choices.map((choice) => `complete -c commonroot -f -n ${condition} -a ${choice}`),
      ...options.map(({ name, summary, choices: values }) => {
        const value = values.length > 0 ? ` -x -a ${quoted(values.join(' '))}` : ''
        return `complete -c commonroot -n ${condition} -l ${name.replace(/^--/, '')} -d ${quoted(summary)}${value}`
      }),
    ]
  })
  return lines.join('\n')
}

function fishCondition(path: readonly string[], commands: readonly string[]): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`)
  const unseen = commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.join(' ')}`]
  return [...seen, ...unseen].join('; and ') || 'true'
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", `'\\''`)}'`
}
