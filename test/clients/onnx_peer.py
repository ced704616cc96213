"""The other side of bp4/onnx in Python: the checker of ONNX, and models as PyTorch, tf2onnx and skl2onnx write them.

onnx_peer.py check FILE...   checks files as onnx does, and prints the inferred type of each output as JSON
onnx_peer.py make FOLDER     writes NAME.onnx, and for those of PyTorch NAME.json with inputs and its outputs
"""

import json
import sys
import warnings

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

warnings.filterwarnings("ignore")


def check(paths):
    found = {}
    for path in paths:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        (output,) = model.graph.output
        known = {info.name for info in model.graph.value_info} | {output.name}
        missing = [name for node in model.graph.node for name in node.output if name not in known]
        dims = [dim.dim_param or dim.dim_value for dim in output.type.tensor_type.shape.dim]
        found[path] = {"name": output.name, "dims": dims, "withoutShape": missing}
    print(json.dumps(found))


class Standardized(nn.Module):
    """(x - mean) / deviation, before a layer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([1.0, -2.0, 30.0]))
        self.register_buffer("deviation", torch.tensor([2.0, 0.5, 10.0]))
        self.layer = nn.Linear(3, 2)

    def forward(self, x):
        return torch.sigmoid(self.layer((x - self.mean) / self.deviation))


class Viewed(nn.Module):
    """As many write it: the image turned into a row in forward, then log-probabilities or none."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(12, 7)
        self.fc2 = nn.Linear(7, 3)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        return self.fc2(torch.relu(self.fc1(x / 255)))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 4)
        self.fc2 = nn.Linear(4, 4)

    def forward(self, x):
        hidden = torch.relu(self.fc1(x))
        return hidden + torch.tanh(self.fc2(hidden))


class Squeezed(nn.Module):
    """One number per sample: [n][1] becomes [n]."""

    def __init__(self, *axes):
        super().__init__()
        self.axes = axes
        self.body = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))

    def forward(self, x):
        return self.body(x).squeeze(*self.axes)


def trained(*layers):
    """Gives the norms of a Sequential statistics, scales and shifts of their own, negative scales too."""
    module = nn.Sequential(*layers)
    for norm in module:
        if isinstance(norm, nn.BatchNorm1d):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.01, 4)
            if norm.affine:
                norm.weight.data.normal_()
                norm.bias.data.normal_()
    return module


def norm_models():
    norm = nn.BatchNorm1d
    yield "torch-norm-after", trained(
        nn.Linear(4, 5), norm(5), nn.ReLU(), nn.Linear(5, 6, bias=False), norm(6, eps=0.1, momentum=None), nn.Tanh(),
        nn.Linear(6, 3), norm(3, affine=False)
    ), [4], 13
    yield "torch-norm-first", trained(norm(4), nn.Linear(4, 5), norm(5), nn.Sigmoid(), nn.Linear(5, 2)), [4], 13
    yield "torch-norm-before", trained(
        nn.Linear(4, 5), nn.ReLU(), norm(5), nn.Dropout(0.3), nn.Linear(5, 6), nn.ELU(0.5), norm(6), nn.Linear(6, 2),
        nn.Softmax(-1)
    ), [4], 9
    yield "torch-norm-composed", trained(
        nn.Linear(4, 5), norm(5), nn.SiLU(), nn.Linear(5, 4), norm(4), nn.GELU(approximate="tanh"), nn.Linear(4, 2), norm(2),
        nn.Softmax(dim=1)
    ), [4], 14
    yield "torch-norm-one", trained(nn.Linear(3, 1), norm(1), nn.LeakyReLU(0.1), norm(1), nn.Linear(1, 2)), [3], 13
    yield "torch-norm-twice", trained(nn.Linear(3, 4), norm(4), norm(4), nn.Softplus(), norm(4), norm(4), nn.Linear(4, 1)), [3], 15
    yield "torch-squeeze", Squeezed(), [4], 11
    yield "torch-squeeze-axis", Squeezed(1), [4], 13
    yield "torch-squeeze-last", Squeezed(-1), [4], 13
    yield "refused-norm-between", trained(nn.Linear(4, 3), nn.ReLU(), norm(3), nn.Tanh(), nn.Linear(3, 2)), [4], 13
    yield "refused-norm-last", trained(nn.Linear(4, 3), nn.ReLU(), norm(3)), [4], 13
    yield "refused-layer-norm", nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2)), [4], 13
    yield "refused-layer-norm17", nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2)), [4], 17
    yield "refused-log-softmax", nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(dim=1)), [4], 13


def torch_models():
    """name, module, shape of a sample, opset"""
    activations = {
        "sigmoid": nn.Sigmoid(),
        "tanh": nn.Tanh(),
        "relu": nn.ReLU(),
        "leakyRelu": nn.LeakyReLU(0.2),
        "elu": nn.ELU(0.5),
        "softplus": nn.Softplus(),
        "swish": nn.SiLU(),
        "gelu": nn.GELU(approximate="tanh"),
        "geluExact": nn.GELU(),
        "selu": nn.SELU(),
        "mish": nn.Mish(),
        "softsign": nn.Softsign(),
        "linear": nn.Identity(),
    }
    for name, activation in activations.items():
        yield f"torch-{name}", nn.Sequential(nn.Linear(5, 7), activation, nn.Linear(7, 3), nn.Softmax(dim=1)), [5], 13
    yield "torch-tiny", nn.Sequential(nn.Linear(1, 1), nn.Tanh()), [1], 13
    yield "torch-no-bias", nn.Sequential(nn.Linear(4, 3, bias=False), nn.ReLU(), nn.Linear(3, 2)), [4], 13
    yield "torch-standardized", Standardized(), [3], 13
    yield "torch-viewed", Viewed(), [3, 4], 11
    yield "torch-opset9", nn.Sequential(nn.Linear(3, 4), nn.ELU(), nn.Dropout(0.2), nn.Linear(4, 2), nn.Sigmoid()), [3], 9
    yield "torch-opset16", nn.Sequential(nn.Linear(3, 4), nn.SiLU(), nn.Linear(4, 2), nn.Softmax(-1)), [3], 16
    yield "torch-mnist", nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 512), nn.ReLU(),
        nn.Dropout(0.2), nn.Linear(512, 10), nn.Softmax(dim=1)
    ), [1, 28, 28], 13
    yield "torch-double", nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).double(), [3], 13
    yield "refused-conv", nn.Sequential(nn.Conv1d(2, 3, 2), nn.Flatten(), nn.Linear(9, 2)), [2, 4], 13
    yield "refused-residual", Residual(), [4], 13
    yield "refused-relu6", nn.Sequential(nn.Linear(4, 3), nn.ReLU6(), nn.Linear(3, 2)), [4], 13
    yield from norm_models()


def make_torch(folder):
    torch.manual_seed(1)
    for name, module, shape, opset in torch_models():
        module.eval()
        kind = next(module.parameters()).dtype
        inputs = torch.randn(4, *shape, dtype=kind)
        torch.onnx.export(
            module, inputs, f"{folder}/{name}.onnx", opset_version=opset, input_names=["x"], output_names=["y"],
            dynamic_axes={"x": {0: "n"}, "y": {0: "n"}},
        )
        outputs = module(inputs).detach()
        with open(f"{folder}/{name}.json", "w") as file:
            json.dump({"inputs": inputs.reshape(4, -1).tolist(), "outputs": outputs.tolist()}, file)
    # as PyTorch does it where nothing is said of axes: for one batch alone
    module = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    torch.onnx.export(module, torch.randn(1, 3), f"{folder}/torch-static.onnx", opset_version=13)


random = np.random.default_rng(1)


def numbers(*shape, dtype=np.float32):
    return random.normal(size=shape).astype(dtype)


def graph(name, nodes, initializers, inputs=4, outputs=2, opset=13, kind=TensorProto.FLOAT, more_outputs=(), listed=False):
    """A model of one input 'x' and one output 'y'."""
    tensors = [one if isinstance(one, TensorProto) else numpy_helper.from_array(one[1], one[0]) for one in initializers]
    given = [helper.make_tensor_value_info("x", kind, ["n", inputs])]
    if listed:  # as files were before IR 4: each initializer is an input too
        given += [helper.make_tensor_value_info(one.name, one.data_type, one.dims) for one in tensors]
    answers = [helper.make_tensor_value_info("y", kind, ["n", outputs]), *more_outputs]
    body = helper.make_graph(nodes, name, given, answers, tensors)
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 2)]
    model = helper.make_model(body, producer_name="helper", opset_imports=domains, ir_version=3 if listed else 7)
    if opset <= 17:
        onnx.checker.check_model(model)
    return model


def constant(name, values):
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(np.asarray(values), name))


def helper_models():
    node = helper.make_node
    # as tf2onnx writes a Sequential of Keras
    yield "keras", graph(
        "keras",
        [
            node("Cast", ["x"], ["cast"], to=TensorProto.FLOAT, name="sequential/Cast"),
            node("MatMul", ["cast", "k0"], ["m0"], name="sequential/dense/MatMul"),
            node("Add", ["m0", "b0"], ["z0"], name="sequential/dense/BiasAdd"),
            node("Relu", ["z0"], ["a0"], name="sequential/dense/Relu"),
            node("MatMul", ["a0", "k1"], ["m1"], name="sequential/dense_1/MatMul"),
            node("Add", ["b1", "m1"], ["z1"], name="sequential/dense_1/BiasAdd"),
            node("Softmax", ["z1"], ["a1"], axis=1),
            node("Identity", ["a1"], ["y"], name="Identity"),
        ],
        [("k0", numbers(4, 5)), ("b0", numbers(5)), ("k1", numbers(5, 2)), ("b1", numbers(1, 2))],
    )
    # gelu as Keras computes it, in powers, its numbers in Constant nodes
    yield "keras-gelu", graph(
        "gelu",
        [
            node("MatMul", ["x", "k0"], ["m"]),
            node("Add", ["m", "b0"], ["z"]),
            constant("three", np.float32(3)),
            constant("kappa", np.float32(0.044715)),
            constant("beta", np.float32(np.sqrt(2 / np.pi))),
            constant("one", np.float32(1)),
            constant("half", np.float32(0.5)),
            node("Pow", ["z", "three"], ["cube"]),
            node("Mul", ["kappa", "cube"], ["bent"]),
            node("Add", ["z", "bent"], ["sum"]),
            node("Mul", ["beta", "sum"], ["w"]),
            node("Tanh", ["w"], ["t"]),
            node("Add", ["one", "t"], ["s"]),
            node("Mul", ["half", "z"], ["h"]),
            node("Mul", ["h", "s"], ["a"]),
            node("Gemm", ["a", "k1"], ["y"]),
        ],
        [("k0", numbers(4, 3)), ("b0", numbers(3)), ("k1", numbers(3, 2))],
    )
    yield "gemm", graph(
        "gemm",
        [
            node("Transpose", ["w0"], ["t0"], perm=[1, 0]),
            node("Gemm", ["x", "t0", "b0"], ["z0"], alpha=0.5, beta=2.0),
            node("LeakyRelu", ["z0"], ["a0"]),
            node("Gemm", ["a0", "w1", "b1"], ["z1"], transB=1),
            node("Elu", ["z1"], ["a1"]),
            node("Gemm", ["a1", "w2"], ["y"], transB=1),
        ],
        [("w0", numbers(3, 4)), ("b0", numbers(1)), ("w1", numbers(3, 3)), ("b1", numbers(1, 3)), ("w2", numbers(2, 3))],
    )
    yield "gelu20", graph(
        "gelu20",
        [node("Gemm", ["x", "k0"], ["z"]), node("Gelu", ["z"], ["a"], approximate="tanh"), node("Gemm", ["a", "k1"], ["y"])],
        [("k0", numbers(4, 3)), ("k1", numbers(3, 2))],
        opset=20,
    )
    plain = [node("Gemm", ["x", "w", "b"], ["z"]), node("Softsign", ["z"], ["y"])]
    weights, biases = numbers(4, 2), numbers(2)
    yield "listed", graph("listed", plain, [("w", weights), ("b", biases)], listed=True)
    yield "float-data", graph(
        "float-data",
        plain,
        [
            helper.make_tensor("w", TensorProto.FLOAT, [4, 2], weights.flatten().tolist()),
            helper.make_tensor("b", TensorProto.FLOAT, [2], biases.tolist()),
        ],
    )
    for name, dtype, kind in [("half", np.float16, TensorProto.FLOAT16), ("double", np.float64, TensorProto.DOUBLE)]:
        cast = [node("Cast", ["z"], ["c"], to=TensorProto.FLOAT), node("Tanh", ["c"], ["t"]), node("Cast", ["t"], ["y"], to=kind)]
        tensors = [("w", numbers(4, 2, dtype=dtype)), ("b", numbers(2, dtype=dtype))]
        yield name, graph(name, [plain[0], *cast], tensors, kind=kind)
        given = [helper.make_tensor(n, kind, v.shape, v.flatten().tolist()) for n, v in tensors]
        yield f"{name}-data", graph(name, [plain[0], *cast], given, kind=kind)
    # as skl2onnx writes a StandardScaler and an MLPClassifier: two outputs, the first of labels
    labels = helper.make_tensor_value_info("label", TensorProto.INT64, ["n"])
    yield "sklearn", graph(
        "sklearn",
        [
            node("Scaler", ["x"], ["scaled"], domain="ai.onnx.ml", offset=[1.0, 2.0, 3.0, 4.0], scale=[0.5, 2.0, 1.0, 0.25]),
            node("Cast", ["scaled"], ["cast"], to=TensorProto.FLOAT),
            node("MatMul", ["cast", "coefficient"], ["m"]),
            node("Add", ["m", "intercepts"], ["z"]),
            node("Relu", ["z"], ["a"]),
            node("MatMul", ["a", "coefficient1"], ["m1"]),
            node("Add", ["m1", "intercepts1"], ["z1"]),
            node("Softmax", ["z1"], ["y"], axis=1),
            node("ArgMax", ["y"], ["label"], axis=1, keepdims=0),
        ],
        [("coefficient", numbers(4, 6)), ("intercepts", numbers(1, 6)), ("coefficient1", numbers(6, 2)), ("intercepts1", numbers(1, 2))],
        more_outputs=[labels],
    )
    # as skl2onnx writes an MLPClassifier of two classes: one sigmoid, the probabilities of both, and their labels
    two = [
        node("Cast", ["x"], ["cast"], to=TensorProto.FLOAT),
        node("MatMul", ["cast", "coefficient"], ["m"]),
        node("Add", ["m", "intercepts"], ["z"]),
        node("Tanh", ["z"], ["a"]),
        node("MatMul", ["a", "coefficient1"], ["m1"]),
        node("Add", ["m1", "intercepts1"], ["z1"]),
        node("Sigmoid", ["z1"], ["p"]),
        node("Sub", ["unity", "p"], ["n"]),
        node("Concat", ["n", "p"], ["y"], axis=1),
        node("ArgMax", ["y"], ["best"], axis=1),
        node("ArrayFeatureExtractor", ["classes", "best"], ["label"], domain="ai.onnx.ml"),
    ]
    tensors = [
        ("coefficient", numbers(4, 6)), ("intercepts", numbers(1, 6)), ("coefficient1", numbers(6, 1)),
        ("intercepts1", numbers(1, 1)), ("unity", np.float32([1])), ("classes", np.int64([0, 1])),
    ]
    yield "sklearn-two", graph("sklearn", two, tensors, more_outputs=[helper.make_tensor_value_info("label", TensorProto.INT64, ["one", "n"])])
    # as tf2onnx writes BatchNormalization: scales and shifts of each unit
    yield "keras-norm", graph(
        "norm",
        [
            node("MatMul", ["x", "k0"], ["m0"]),
            node("Add", ["m0", "b0"], ["z0"]),
            node("Mul", ["z0", "s0"], ["n0"]),
            node("Add", ["n0", "t0"], ["o0"]),
            node("Sigmoid", ["o0"], ["g0"]),
            node("Mul", ["o0", "g0"], ["a0"]),
            node("Mul", ["a0", "s1"], ["n1"]),
            node("Sub", ["n1", "t1"], ["o1"]),
            node("MatMul", ["o1", "k1"], ["m1"]),
            node("Add", ["m1", "b1"], ["z1"]),
            node("Softmax", ["z1"], ["y"], axis=-1),
        ],
        [
            ("k0", numbers(4, 5)), ("b0", numbers(5)), ("s0", numbers(5)), ("t0", numbers(5)), ("s1", numbers(5)), ("t1", numbers(1, 5)),
            ("k1", numbers(5, 2)), ("b1", numbers(2)),
        ],
    )
    # the weights of the input scaled, then normalized, as a Scaler before a network of PyTorch
    yield "scaled-norm", graph(
        "norm",
        [
            node("Sub", ["x", "mean"], ["c"]),
            node("Div", ["c", "deviation"], ["s"]),
            node("BatchNormalization", ["s", "g", "h", "i", "j"], ["n"], epsilon=0.01),
            node("Gemm", ["n", "k"], ["y"]),
        ],
        [
            ("mean", numbers(4)), ("deviation", np.abs(numbers(4)) + 0.5), ("g", numbers(4)), ("h", numbers(4)), ("i", numbers(4)),
            ("j", np.abs(numbers(4))), ("k", numbers(4, 2)),
        ],
    )
    # weights of 8 bits that are floats once the graph has scaled them
    integers = random.integers(-128, 128, size=(4, 5)).astype(np.int8)
    yield "dequantized", graph(
        "dequantized",
        [
            node("DequantizeLinear", ["q0", "scale0", "zero0"], ["w0"]),
            node("Gemm", ["x", "w0"], ["z"]),
            node("Relu", ["z"], ["a"]),
            node("DequantizeLinear", ["q1", "scale1"], ["w1"], axis=0),
            node("Gemm", ["a", "w1"], ["y"], transB=1),
        ],
        [
            ("q0", integers), ("scale0", np.float32(0.01)), ("zero0", np.int8(3)),
            ("q1", random.integers(-128, 128, size=(2, 5)).astype(np.int8)), ("scale1", np.float32([0.02, 0.005])),
        ],
    )
    yield "target-units", graph(
        "targets",
        [
            node("Gemm", ["x", "w", "b"], ["z"]),
            node("Tanh", ["z"], ["a"]),
            node("Mul", ["a", "ranges"], ["m"]),
            node("Add", ["m", "shifts"], ["y"]),
        ],
        [("w", weights), ("b", biases), ("ranges", np.float32([3, 50])), ("shifts", np.float32([-1, 2000]))],
    )


def make_helper(folder):
    for name, model in helper_models():
        onnx.save(model, f"{folder}/{name}.onnx")
    onnx.save(
        onnx.load(f"{folder}/gemm.onnx"), f"{folder}/refused-external.onnx", save_as_external_data=True,
        location="weights.bin", size_threshold=0,
    )


if __name__ == "__main__":
    if sys.argv[1] == "check":
        check(sys.argv[2:])
    else:
        make_torch(sys.argv[2])
        make_helper(sys.argv[2])
