import { afterEach, expect, it } from 'vitest';
import { sayFailure, setLanguage } from '../../playground/src/words/say.js';
import { library } from '../../playground/src/words/zh-library.js';
import { ofType, Page, settingsFor } from './support.js';

// What the library refuses in users' tables and links, as the page says it.

afterEach(() => setLanguage('en'));

const rows = (count: number, row: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => row(n)).join('\n');

/** A table that the library refuses, and what the page says in Chinese. */
const tables: Readonly<Record<string, readonly [text: string, said: string, target?: string]>> = {
  'a short row': ['a,b,c\n1,2,3\n1,2\n3,4,5', 'CSV 第 3 行：每列应有一格，共 3 格，实际有 2 格'],
  'a header that lacks a name': [
    'a,b\n1,2,3\n3,4,5',
    'CSV 第 2 行：每列应有一格，共 2 格，实际有 3 格；列名少了一个',
  ],
  'an open quote': ['a,b\n"1,2\n3,4\n5,6', 'CSV 第 2 行：引号没有闭合；引号内的引号要写两遍'],
  'a stray quote': ['a,b\n"1"x,2\n3,4\n5,6', 'CSV 第 2 行：引号闭合之后还有字符；引号内的引号要写两遍'],
  'a NUL': ['a\0,b\n1,2\n3,4', 'CSV 第 1 行：含有 NUL 字符，不是文本；请把文件存为 UTF-8 文本'],
  'names again': ['a,b\n1,2\n3,4\na,b\n5,6', 'CSV 第 4 行：又是一行列名；请删除它'],
  'one name twice': ['a,a\n1,2\n3,4\n4,5\n6,7', "预测 'a' 时没有可用的输入列"],
  constants: ['a,b\n1,2\n1,2', '每一列的值都相同；没有什么可学'],
  'words among numbers': [
    'a,b\n1,2\nx,4\n5,y\n7,8\n9,z\n1,2\n3,4',
    "没有可以预测的列；'a' 不能用：数字中混有 'x'；'b' 不能用：数字中混有 'y', 'z'",
  ],
  'only names': [
    `a,b\n${rows(30, (n) => `name${n},${n}`)}`,
    "没有可以预测的列；'a' 不能用：文字有 30 种之多；'b' 不能用：它只是行号",
  ],
  'names of rows': [
    `id,v\n${rows(60, (n) => `k${n},${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'v' 时没有可用的输入列；'id' 不能用：它只是每一行的名字",
  ],
  'many gaps': [
    `a,b\n${rows(20, (n) => `${n < 3 ? n : ''},${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'b' 时没有可用的输入列；'a' 不能用：20 行中缺 17 行",
  ],
  ranges: [
    `a,b\n${rows(30, (n) => `${n}-${n + 5},${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'b' 时没有可用的输入列；'a' 不能用：像 '0-5' 这样的写法读不成数字",
  ],
  'marked keys': [
    `id,v\n${rows(30, (n) => `${n}${n % 5 ? '' : 'a'},${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'v' 时没有可用的输入列；'id' 不能用：是 '0a' 这样的编号",
  ],
  'huge integers': [
    `k,v\n${rows(30, (n) => `90071992547409${n + 100},${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'v' 时没有可用的输入列；'k' 不能用：整数大于 2^53，会被舍入",
  ],
  'an empty column': [
    `k,v\n${rows(30, (n) => `,${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'v' 时没有可用的输入列；'k' 不能用：空的",
  ],
  'constants and names': [
    `a,b\n${rows(30, (n) => `n${n},1`)}`,
    "没有可以预测的列；'a' 不能用：文字有 30 种之多；其余各列的值都相同",
  ],
  'a field too many': [
    'a,b,\n1,2,\n3,4,x\n3,4,',
    "CSV 第 3 行：最后一个有名字的列之后还有内容 'x'；请给每一列起名",
  ],
  'rows of another width': [
    'a,b\n1,2,3,4\n3,4,5,6\n3,4,5,6',
    'CSV 第 2 行：每列应有一格，共 2 格，实际有 4 格；第 1 行有 2 格：如果它不是列名，请删除它',
  ],
  'many words': [
    `a,b\n${rows(40, (n) => `${n % 3 ? n : `w${n}`},${n % 2 ? 'yes' : 'no'}`)}`,
    "预测 'b' 时没有可用的输入列；'a' 不能用：文字有 40 种之多",
  ],
  'an unknown column': ['a,b\n1,x\n2,y\n3,x\n4,y', "没有 'c' 这一列；表中有 'a', 'b'", 'c'],
};

it.each(Object.entries(tables))('says %s in Chinese', async (_, [text, said, target]) => {
  const page = new Page();
  await page.open(settingsFor('csv'), { csv: { text, ...(target !== undefined && { target }) } });
  const [failure] = ofType(page.replies, 'failed');
  expect(sayFailure(failure!)).toBe(failure!.message);
  await setLanguage('zh');
  const chinese = sayFailure(failure!);
  expect(chinese).toBe(said);
});

it('says in Chinese that a link has too few weights', async () => {
  const page = new Page();
  await page.ask({ type: 'open', settings: settingsFor('first'), parameters: [1, 2] });
  await setLanguage('zh');
  expect(sayFailure(ofType(page.replies, 'failed')[0]!)).toBe('链接中的权重和偏置应有 13 个，实际有 2 个');
});

it('introduces in Chinese what has no translation', async () => {
  await setLanguage('zh');
  const message = 'CSV row 3: a part that nobody has translated';
  const failure = { name: 'RangeError', message, key: 'failure.library', values: { message } } as const;
  expect(sayFailure(failure)).toBe(`库报告了一个错误（英文）：${message}`);
  expect(library.length).toBeGreaterThan(20);
});
