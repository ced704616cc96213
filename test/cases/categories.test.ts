import { describe, expect, it } from 'vitest';
import { Dataset, DataStream, type ColumnOptions } from '../../src/data/index.js';
import { expectError } from '../support/patient.js';

// Categories that are missing, and categories that are too many.

const csv = 'city,size,y\noslo,1,1\n,2,2\nrome,,3\noslo,6,\n';
const options = { targets: 'y', categorical: ['city'], missing: 'category' } as const;

describe("missing: 'category'", () => {
  it('keeps the rows: a missing text is a category, a missing number the mean, and rows without an answer are left out', () => {
    const data = Dataset.fromCSV(csv, options);
    expect(data.categories).toEqual({ city: ['', 'oslo', 'rome'] });
    expect([...data.inputs]).toEqual([1, 1, 0, 2, 2, 1.5]);
    expect([...data.targets!]).toEqual([1, 2, 3]);
  });

  it('reads the same from objects, JSON and a stream', async () => {
    const expected = Dataset.fromCSV(csv, options);
    const rows = [
      { city: null, size: 2, y: 2 },
      { city: 'oslo', size: 1, y: 1 },
      { city: 'rome', size: null, y: 3 },
      { city: 'oslo', size: 6 },
    ];
    const objects = Dataset.fromObjects(rows, { targets: 'y', missing: 'category' });
    expect(objects.categories).toEqual(expected.categories);
    expect([...objects.inputs]).toEqual([0, 2, 1, 1, 2, 1.5]);
    const json = Dataset.fromJSON(JSON.stringify(rows), { targets: 'y', missing: 'category' });
    expect(json.inputs).toEqual(objects.inputs);
    const stream = await DataStream.fromCSV(() => [csv], options);
    expect(stream.categories).toEqual(expected.categories);
    for await (const batch of stream.batches()) expect(batch.inputs).toEqual(expected.inputs);
  });

  it('turns categories that are numbers into texts, because no number stands for a missing one', () => {
    const data = Dataset.fromCSV('zip,y\n10,1\n,2\n9,3\n', {
      targets: 'y',
      categorical: ['zip'],
      missing: 'category',
    });
    expect(data.categories).toEqual({ zip: ['', '10', '9'] });
    expect([...data.inputs]).toEqual([1, 0, 2]);
  });

  it('refuses a missing value where the given categories have none, and the mean of a text names it as the cure', async () => {
    const given: ColumnOptions = { ...options, categorical: { city: ['oslo', 'rome'] } };
    await expectError(
      () => Dataset.fromCSV(csv, given),
      [RangeError, "CSV row 3, column 'city': '' is not one of the categories 'oslo', 'rome'"],
    );
    await expectError(
      () => Dataset.fromCSV(csv, { ...options, missing: 'mean' }),
      [
        RangeError,
        "CSV row 3, column 'city' is missing, and only numeric inputs have a mean; choose missing: 'category' or 'drop'",
      ],
    );
  });
});

describe('maxCategories', () => {
  const text = 'tail,y\nb,1\na,1\nc,1\nb,1\nd,1\na,1\nb,1\n';
  const options = { targets: 'y', categorical: ['tail'], maxCategories: 2 };

  it("keeps the most frequent categories and joins the others as 'other'", async () => {
    const data = Dataset.fromCSV(text, options);
    expect(data.categories).toEqual({ tail: ['a', 'b', 'other'] });
    expect([...data.inputs]).toEqual([1, 0, 2, 1, 2, 0, 1]);
    const stream = await DataStream.fromCSV(() => [text], options);
    expect(stream.categories).toEqual(data.categories);
    for await (const batch of stream.batches()) expect(batch.inputs).toEqual(data.inputs);
    const [transform] = data.fitTransforms().inputs!;
    expect(transform).toEqual({
      kind: 'oneHot',
      name: 'tail',
      categories: ['a', 'b', 'other'],
      unknown: 'other',
    });
    expect(await stream.fitTransforms()).toEqual(data.fitTransforms());
  });

  it('decides ties by the name, and leaves fewer categories as they are', () => {
    const tied = Dataset.fromCSV('tail,y\nd,1\nc,1\nb,1\n', options);
    expect(tied.categories).toEqual({ tail: ['b', 'c', 'other'] });
    const few = Dataset.fromCSV(text, { ...options, maxCategories: 4 });
    expect(few.categories).toEqual({ tail: ['a', 'b', 'c', 'd'] });
    expect(few.fitTransforms().inputs![0]).not.toHaveProperty('unknown');
  });

  it('joins categories that are numbers as texts, and leaves classes alone', () => {
    const zips = Dataset.fromCSV('tail,y\n3,u\n3,v\n5,w\n', {
      label: 'y',
      categorical: ['tail'],
      maxCategories: 1,
    });
    expect(zips.categories).toEqual({ tail: ['3', 'other'] });
    expect(zips.classes).toEqual(['u', 'v', 'w']);
    expect([...zips.inputs]).toEqual([0, 0, 1]);
  });

  it('is refused if it is not a whole number above 0', async () => {
    await expectError(
      () => Dataset.fromCSV(text, { ...options, maxCategories: 0 }),
      [RangeError, 'maxCategories: expected a whole number of at least 1, got 0'],
    );
  });
});

it('two labels never become one', () => {
  const { classes } = Dataset.fromCSV('x,y\n1,01234\n2,1234\n3,1e3\n4,1000\n', { label: 'y' });
  expect(classes).toEqual(['01234', '1000', '1234', '1e3']);
  expect(Dataset.fromCSV('x,y\n1,1.0\n2,1\n3,0\n', { label: 'y' }).classes).toEqual([0, 1]);
  expect(() => Dataset.fromJSON('[{"x":1,"y":9007199254740993}]', { label: 'y' })).toThrow(/save it as text/);
});

it('labels that are ids are refused, because a label is an index', () => {
  expect(() => Dataset.fromArrays({ inputs: [[1], [2], [3]], labels: [0, 1, 10_000_000] })).toThrow(
    'labels: the largest of 3 is 10000000',
  );
});
