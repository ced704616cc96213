import type { OptimizerName } from 'bp4';
import type { ComponentChildren } from 'preact';
import type { MathSymbol } from '../network/spotlight.js';

// The equations in MathML. δ, which flows backward, has one color; z and a, which flow forward, have another.

type Children = { readonly children: ComponentChildren };
/** What the symbol stands for in the picture. */
type Linked = Children & { readonly symbol: MathSymbol };

const l = <mi>l</mi>;
const L = <mi>L</mi>;
const next = (
  <mrow>
    <mi>l</mi>
    <mo>+</mo>
    <mn>1</mn>
  </mrow>
);
const previous = (
  <mrow>
    <mi>l</mi>
    <mo>−</mo>
    <mn>1</mn>
  </mrow>
);
const equals = <mo>=</mo>;
const hadamard = <mo>⊙</mo>;

/** A parenthesis of the text's height. Preact would drop the attribute if it were a boolean. */
const Fence = ({ children }: Children) => <mo {...({ stretchy: 'false' } as object)}>{children}</mo>;

const Delta = ({ children, symbol }: Linked) => (
  <msup class="m-delta" data-symbol={symbol}>
    <mi>δ</mi>
    {children}
  </msup>
);

const Weights = ({ children, symbol }: Linked) => (
  <msup data-symbol={symbol}>
    <mi mathvariant="normal">W</mi>
    {children}
  </msup>
);

const Forward = ({ name, children, symbol }: Linked & { name: 'a' | 'z' }) => (
  <msup class="m-forward" data-symbol={symbol}>
    <mi>{name}</mi>
    {children}
  </msup>
);

const Slope = ({ children }: Children) => (
  <mrow data-symbol="slope">
    <msup>
      <mi>σ</mi>
      <mo>′</mo>
    </msup>
    <Fence>(</Fence>
    <Forward name="z" symbol="slope">
      {children}
    </Forward>
    <Fence>)</Fence>
  </mrow>
);

const Gradient = ({ of }: { of: 'W' | 'b' }) => (
  <mfrac data-symbol={of === 'W' ? 'w' : 'b'}>
    <mrow>
      <mo>∂</mo>
      <mi>C</mi>
    </mrow>
    <mrow>
      <mo>∂</mo>
      <msup>
        <mi mathvariant={of === 'W' ? 'normal' : 'italic'}>{of}</mi>
        {l}
      </msup>
    </mrow>
  </mfrac>
);

const transposed = <mi mathvariant="normal">T</mi>;

export const forward = (
  <math>
    <Forward name="z" symbol="z">
      {l}
    </Forward>
    {equals}
    <Weights symbol="w">{l}</Weights>
    <Forward name="a" symbol="below">
      {previous}
    </Forward>
    <mo>+</mo>
    <msup data-symbol="b">
      <mi>b</mi>
      {l}
    </msup>
    <mo>,</mo>
    <mspace width="0.5em" />
    <Forward name="a" symbol="a">
      {l}
    </Forward>
    {equals}
    <mi>σ</mi>
    <Fence>(</Fence>
    <Forward name="z" symbol="z">
      {l}
    </Forward>
    <Fence>)</Fence>
  </math>
);

export const outputDelta = (
  <math>
    <Delta symbol="delta">{L}</Delta>
    {equals}
    <msub>
      <mo>∇</mo>
      <mi>a</mi>
    </msub>
    <mi>C</mi>
    {hadamard}
    <Slope>{L}</Slope>
  </math>
);

export const hiddenDelta = (
  <math>
    <Delta symbol="delta">{l}</Delta>
    {equals}
    <mrow>
      <Fence>(</Fence>
      <msup>
        <mrow>
          <Fence>(</Fence>
          <Weights symbol="nextW">{next}</Weights>
          <Fence>)</Fence>
        </mrow>
        {transposed}
      </msup>
      <Delta symbol="nextDelta">{next}</Delta>
      <Fence>)</Fence>
    </mrow>
    {hadamard}
    <Slope>{l}</Slope>
  </math>
);

export const biasGradient = (
  <math>
    <Gradient of="b" />
    {equals}
    <Delta symbol="delta">{l}</Delta>
  </math>
);

export const weightGradient = (
  <math>
    <Gradient of="W" />
    {equals}
    <Delta symbol="delta">{l}</Delta>
    <msup>
      <mrow>
        <Fence>(</Fence>
        <Forward name="a" symbol="below">
          {previous}
        </Forward>
        <Fence>)</Fence>
      </mrow>
      {transposed}
    </msup>
  </math>
);

const MeanGradient = () => (
  <mrow>
    <mfrac>
      <mn>1</mn>
      <mi>m</mi>
    </mfrac>
    <mo>∑</mo>
    <Gradient of="W" />
  </mrow>
);

export const meanGradient = (
  <math>
    <MeanGradient />
  </math>
);

/** Plain gradient descent subtracts the scaled mean gradient; other optimizers transform the gradient first. */
export const update = (optimizer: OptimizerName) => (
  <math class="m-update">
    <Weights symbol="w">{l}</Weights>
    <mo>←</mo>
    <Weights symbol="w">{l}</Weights>
    <mo>−</mo>
    {optimizer === 'sgd' ? (
      <>
        <mfrac>
          <mi>η</mi>
          <mi>m</mi>
        </mfrac>
        <mo>∑</mo>
        <Gradient of="W" />
      </>
    ) : (
      <>
        <mi>η</mi>
        <mspace width="0.15em" />
        <mi class="m-name">{optimizer}</mi>
        <Fence>(</Fence>
        <MeanGradient />
        <Fence>)</Fence>
      </>
    )}
  </math>
);
