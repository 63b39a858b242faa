import type { SpelledRefusal } from '../protocol';

/**
 * A row for `s/e`: `<code>,<template id>,<text>`. The text is not quoted, so readers split at the first two commas
 * (docs/reference/mqtt-implementation.md#errors-on-se). Line ends, and commas in the id, would break that. They become
 * blanks. The id is cut to 40 characters.
 */
export function errorRow(code: SpelledRefusal['code'], templateId: string, text: string): string {
  return `${code},${onOneLine(templateId).replaceAll(',', ' ').slice(0, 40)},${onOneLine(text)}`;
}

const onOneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
