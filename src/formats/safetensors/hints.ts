import { RangeFault, type Fault } from '../../errors.js';
import { show } from '../../base/check.js';
import type { Place } from '../../model/read-safetensors.js';

// Tensors that aren't of a Linear, by the names and shapes that PyTorch and others give them.

const batchNorm = {
  problem: "is part of a BatchNorm, and the file doesn't say on which side of it the activation is",
  cure: 'export the model with torch.onnx.export; fromONNX folds BatchNorm into the weights',
};

const norm = {
  problem: 'is part of a norm or a PReLU, which no layer of bp4 computes',
  cure: 'train without it; a BatchNorm folds into the weights if you export the model with torch.onnx.export',
};

const quantized = {
  problem: 'is quantized to 8 bits or fewer, and bp4 computes with floats',
  cure: 'save the model before it is quantized',
};

const weightNorm = {
  problem: 'is one of the two factors of weight_norm',
  cure: 'call torch.nn.utils.parametrize.remove_parametrizations, or remove_weight_norm, before you save it',
};

const adapter = {
  problem: 'is part of a LoRA adapter',
  cure: 'merge it first: model.merge_and_unload()',
};

const kernel = {
  problem: 'is named as in Keras or Flax, whose kernels are [inputs][units]',
  cure: "transpose it, and save it as 'NAME.weight'",
};

const otherLayers = {
  problem: 'is part of a convolution or a recurrent layer, and bp4 reads only Linear layers',
  cure: 'use a network of Linear layers',
};

type Test = (tensor: Pick<Place, 'name' | 'dtype' | 'shape'>) => boolean;

const named =
  (pattern: RegExp): Test =>
  ({ name }) =>
    pattern.test(name);

/** The most specific first. */
const hints: readonly (readonly [Test, Pick<Fault, 'problem' | 'cure'>])[] = [
  [({ dtype }) => /^(I8|U8|[FIU]4|F[68]_.*)$/.test(dtype), quantized],
  [named(/(^|\.)(qweight|qzeros|g_idx|zero_point|_packed_params\..*|weight_scale(_inv)?|SCB)$/), quantized],
  [named(/(^|\.)(running_mean|running_var|num_batches_tracked)$/), batchNorm],
  [named(/(^|\.)lora_\w+(\.|$)/), adapter],
  [named(/(^|\.)(weight_[gv]|parametrizations\..*)$/), weightNorm],
  [named(/(^|\.)(weight|bias)_(ih|hh)_l\d+(_reverse)?$/), otherLayers],
  [({ name, shape }) => /(^|\.)weight$/.test(name) && shape.length > 2, otherLayers],
  [({ name, shape }) => /(^|\.)weight$/.test(name) && shape.length === 1, norm],
  [named(/(^|[./])kernel$/), kernel],
];

/** @throws RangeError naming a tensor that isn't of a Linear, if what it belongs to is known */
export function checkTensors(tensors: readonly Place[]): void {
  for (const [test, fault] of hints) {
    const found = tensors.find(test);
    if (found) throw new RangeFault({ place: show(found.name), ...fault });
  }
}
