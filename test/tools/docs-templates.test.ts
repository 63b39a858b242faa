import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TEMPLATE_IDS } from '../../lib/protocols/smartrest/static/catalogue';
import { answersOf, exampleText, readExamples, rowsOf } from '../../tools/docs/static-examples';
import { PAGE, rulesOf, withTemplates } from '../../tools/docs/static-templates';

const page = readFileSync(PAGE, 'utf8');
const examples = readExamples();

describe('docs/reference/static-templates.md', () => {
  it('is what the code and the examples say; npm run docs:templates writes it', () => {
    expect(withTemplates(page, examples)).toBe(page);
  });

  it('shows an example of every template that works', () => {
    const shown = new Set(examples.flatMap((example) => [...rowsOf(example), ...answersOf(example)]));
    expect(TEMPLATE_IDS.filter((id) => !shown.has(id))).toEqual([]);
  });
});

describe('the generator', () => {
  it('replaces its own part only', () => {
    const stale = page.replace('`211,temperature,[time]`', '`211,heat`').replace('# Static templates\n', '# Rows\n');
    expect(withTemplates(stale, examples)).toBe(page.replace('# Static templates\n', '# Rows\n'));
  });

  it('asks for its marks', () => {
    expect(() => withTemplates('# A page\n', examples)).toThrow('needs the lines');
  });

  it('reads which templates a rule is about', () => {
    expect(rulesOf('## A rule\n\n*Templates: 100, 300–303*\n\nText\n')).toEqual([
      { heading: 'A rule', templates: ['100', '301', '302', '303'] },
    ]);
    expect(() => rulesOf('## A rule\n\n*Templates: 999*\n')).toThrow('there is no template 999');
  });

  it('writes an example with what comes of it', () => {
    expect(
      exampleText({ topic: 's/us', payload: '211,hot', given: 'a device', expect: [{ nothing: true }] }).split('\n'),
    ).toEqual([
      'given: a device',
      's/us  211,hot',
      '  changes nothing',
      '  answers on s/e: 45,211,temperature (parameter 1) is not a number: hot',
    ]);
    expect(
      exampleText({ topic: 's/ds', payload: '510,x', expect: [{ operation: { status: 'PENDING', c8y_Restart: {} } }] }),
    ).toBe('a new operation {"c8y_Restart":{}}\n  s/ds  510,x');
    expect(() => exampleText({ topic: 's/ds', payload: '510,x', expect: [{ strange: 1 }] })).toThrow('no text for');
  });
});
