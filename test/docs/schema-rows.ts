/** A schema as the rows of a reference table: field, place, type. */
import type { TSchema } from '../../src/codec/index.ts'

/** What `src/codec/schema.ts` makes; a test holds that nothing else is met. */
type Shape =
  | { readonly type: 'bytes'; readonly minLength: number; readonly maxLength: number }
  | { readonly type: 'unsigned64' | 'boolean' }
  | {
      readonly type: 'string'
      readonly enum?: readonly string[]
      readonly minLength: number
      readonly maxLength: number
      readonly pattern?: string
    }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'array'; readonly items: Shape; readonly minItems: number; readonly maxItems: number }
  | ObjectShape
type ObjectShape = {
  readonly type: 'object'
  readonly layout: 'map' | 'array'
  readonly properties: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
}

/** One row for each field, nested ones below their holder: `[field, place, type]` as the cells are written. */
export function schemaRows(schema: TSchema): readonly (readonly string[])[] {
  // A TSchema is an open type; the codec narrows it in the same way.
  const shape = schema as unknown as Shape
  return shape.type === 'object' ? fieldRows(shape, '') : [['`value`', '', typeText(shape)]]
}

function fieldRows({ layout, properties, required = [] }: ObjectShape, prefix: string): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([name, inner], index) => {
    const optional = required.includes(name) ? '' : ' ?'
    const place = layout === 'array' ? String(index) : 'key'
    return [[`\`${prefix}${name}\`${optional}`, place, typeText(inner)], ...nestedRows(inner, `${prefix}${name}`)]
  })
}

function nestedRows(shape: Shape, name: string): readonly (readonly string[])[] {
  if (shape.type === 'object') return fieldRows(shape, `${name}.`)
  return shape.type === 'array' ? nestedRows(shape.items, `${name}[]`) : []
}

function typeText(shape: Shape): string {
  switch (shape.type) {
    case 'bytes':
      return shape.minLength === shape.maxLength
        ? `${shape.minLength} bytes`
        : `${shape.minLength} to ${shape.maxLength} bytes`
    case 'unsigned64':
      return 'unsigned, 64 bits'
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `unsigned, ${shape.minimum} to ${shape.maximum}`
    case 'string':
      if (shape.enum !== undefined) return shape.enum.map((word) => `\`${word}\``).join(', ')
      return `text, ${shape.minLength} to ${shape.maxLength} bytes${patternText(shape.pattern)}`
    case 'array':
      return `array of ${shape.minItems} to ${shape.maxItems}: ${typeText(shape.items)}`
    case 'object':
      return shape.layout === 'array' ? 'row' : 'map'
  }
}

/** A bar inside a table's cell has to be escaped, also in code. */
function patternText(pattern: string | undefined): string {
  return pattern === undefined ? '' : `, \`${pattern.replaceAll('|', '\\|')}\``
}
