"""Forward passes as people write them for NumPy, through the command line, against automatic differentiation.

The text of each network is run as it stands, with jax.numpy under the name np, and differentiated by JAX;
where JAX is missing, with NumPy, and differentiated by central differences.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import zlib
from typing import Any, NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner

import symback as sb
from symback.cli import cli
from symback.core.errors import KinkError, SymbackError

JAX = importlib.util.find_spec("jax") is not None


class Network(NamedTuple):
    """A forward pass.

    Attributes:
        name: What it is.
        data: Its inputs, "name: sizes kind" after one another; the kinds are those of `drawn`.
        text: The forward pass.
    """

    name: str
    data: str
    text: str


# ruff: noqa: E501 - the texts of networks are as people write them
# fmt: off
NETWORKS = [
    Network("mlp np.tanh(z1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.tanh(z1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp np.maximum(0.1*z1, z1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.maximum(0.1*z1, z1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp 1/(1+np.exp(-z1))", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = 1/(1+np.exp(-z1))
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp 0.5*z1*(1+np.tanh(np.sqrt(2/np.pi)*(z1+0.044715*z1**3)))", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = 0.5*z1*(1+np.tanh(np.sqrt(2/np.pi)*(z1+0.044715*z1**3)))
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp np.where(z1 > 0, z1, np.exp(z1) - 1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.where(z1 > 0, z1, np.exp(z1) - 1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp np.log1p(np.exp(z1))", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.log1p(np.exp(z1))
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp z1*np.tanh(np.log1p(np.exp(z1)))", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = z1*np.tanh(np.log1p(np.exp(z1)))
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp np.clip(z1, -1, 1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.clip(z1, -1, 1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp z1 * (z1 > 0)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = z1 * (z1 > 0)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp gelu(z1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = gelu(z1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp silu(z1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = silu(z1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp elu(z1)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = elu(z1)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp np.sign(z1)*z1**2", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.sign(z1)*z1**2
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("mlp np.logaddexp(z1, 0)", "X: 7 4, W1: 4 6, b1: 6, W2: 6 3, b2: 3, Y: 7 3", """
z1 = X @ W1 + b1
h1 = np.logaddexp(z1, 0)
z2 = h1 @ W2 + b2
L = np.mean((z2 - Y)**2)
"""),
    Network("ce naive", "X: 6 5, W: 5 4, b: 4, t: 6 4 onehot", """
z = X @ W + b
e = np.exp(z)
p = e / e.sum(axis=1, keepdims=True)
L = -np.sum(t*np.log(p))/6
"""),
    Network("ce shift", "X: 6 5, W: 5 4, b: 4, t: 6 4 onehot", """
z = X @ W + b
e = np.exp(z - z.max(axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
L = -np.mean(np.sum(t*np.log(p), axis=1))
"""),
    Network("ce shift2", "X: 6 5, W: 5 4, b: 4, t: 6 4 onehot", """
z = X @ W + b
s = z - np.max(z, axis=-1, keepdims=True)
lse = np.log(np.sum(np.exp(s), axis=-1, keepdims=True))
logp = s - lse
L = -(t*logp).sum()/X.shape[0]
"""),
    Network("ce shiftt", "X: 6 5, W: 5 4, b: 4, t: 6 4 prob", """
z = X @ W + b
m = np.max(z, axis=1)
e = np.exp(z - m[:, None])
p = e / np.sum(e, axis=1)[:, np.newaxis]
L = -np.mean(np.sum(t*np.log(p), 1))
"""),
    Network("ce arange", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
p = softmax(z)
L = -np.mean(np.log(p[np.arange(6), y]))
"""),
    Network("ce arange shape", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
n = X.shape[0]
logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
L = -logp[np.arange(n), y].sum() / n
"""),
    Network("ce one hot", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
T = one_hot(y, 4)
L = -np.mean(np.sum(T * log_softmax(z, axis=-1), axis=-1))
"""),
    Network("ce eye", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
T = np.eye(4)[y]
L = -(T * np.log(softmax(z, axis=1))).sum() / len(X)
"""),
    Network("ce lse arange", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
L = np.mean(logsumexp(z, axis=1) - z[np.arange(6), y])
"""),
    Network("ce take along", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
logp = log_softmax(z)
L = -np.mean(np.take_along_axis(logp, y[:, None], axis=1))
"""),
    Network("ce smooth", "X: 6 5, W: 5 4, b: 4, t: 6 4 onehot", """
z = X @ W + b
q = 0.9*t + 0.1/4
L = -np.mean(np.sum(q*log_softmax(z/2.5), axis=1))
"""),
    Network("ce clip", "X: 6 5, W: 5 4, b: 4, t: 6 4 onehot", """
z = X @ W + b
p = np.clip(softmax(z), 1e-7, 1 - 1e-7)
L = np.mean(-np.log(np.sum(p*t, axis=1)))
"""),
    Network("ce focal", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
p = softmax(z)
pt = p[np.arange(6), y]
L = np.mean(-(1 - pt)**2 * np.log(pt))
"""),
    Network("ce equal", "X: 6 5, W: 5 4, b: 4, y: 6 int<4", """
z = X @ W + b
T = (y[:, None] == np.arange(4)) * 1.0
L = -np.sum(T * log_softmax(z)) / 6
"""),
    Network("ce weighted", "X: 6 5, W: 5 4, b: 4, y: 6 int<4, cw: 4 pos", """
z = X @ W + b
lp = log_softmax(z)[np.arange(6), y]
w = cw[y]
L = -np.sum(w*lp)/np.sum(w)
"""),
    Network("reg mae", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
L = np.abs(p-y).mean()
"""),
    Network("reg rmse", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
L = np.sqrt(np.mean(np.square(p-y)))
"""),
    Network("reg huber", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
r = p - y
L = np.mean(np.where(np.abs(r) <= 1.0, 0.5*r**2, 1.0*(np.abs(r) - 0.5)))
"""),
    Network("reg huber2", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
delta = 0.8
r = np.abs(p - y)
q = np.minimum(r, delta)
L = np.mean(0.5*q**2 + delta*(r - q))
"""),
    Network("reg quantile", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
r = y - p
L = np.mean(np.maximum(0.9*r, (0.9-1)*r))
"""),
    Network("reg ridge", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
lam = 0.1
L = np.mean((p-y)**2) + lam*np.sum(w**2)
"""),
    Network("reg lasso", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
L = np.mean((p-y)**2) + 0.05*np.sum(np.abs(w))
"""),
    Network("reg r2", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
L = 1 - np.sum((y-p)**2)/np.sum((y-y.mean())**2)
"""),
    Network("reg corr", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
pc = p - p.mean()
yc = y - np.mean(y)
L = -np.sum(pc*yc)/np.sqrt(np.sum(pc**2)*np.sum(yc**2))
"""),
    Network("reg std", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
L = np.std(p - y)
"""),
    Network("reg var1", "X: 9 4, w: 4, b:, y: 9", """
p = X @ w + b
L = np.var(p - y, ddof=1)
"""),
    Network("bin clip", "X: 9 4, w: 4, b:, y: 9 mask", """
z = X @ w + b
p = sigmoid(z)
p = np.clip(p, 1e-7, 1-1e-7)
L = -np.mean(y*np.log(p) + (1-y)*np.log(1-p))
"""),
    Network("bin logits", "X: 9 4, w: 4, b:, y: 9 mask", """
z = X @ w + b
L = np.mean(np.maximum(z, 0) - z*y + np.log1p(np.exp(-np.abs(z))))
"""),
    Network("bin logsig", "X: 9 4, w: 4, b:, y: 9 mask", """
z = X @ w + b
L = -np.mean(y*logsigmoid(z) + (1-y)*logsigmoid(-z))
"""),
    Network("bin focal", "X: 9 4, w: 4, b:, y: 9 mask", """
z = X @ w + b
p = sigmoid(z)
pt = np.where(y == 1, p, 1-p)
L = -np.mean((1-pt)**2*np.log(pt))
"""),
    Network("bin dice", "X: 9 4, w: 4, b:, y: 9 mask", """
z = X @ w + b
p = sigmoid(z)
L = 1 - (2*np.sum(p*y) + 1)/(np.sum(p) + np.sum(y) + 1)
"""),
    Network("bin margin", "X: 9 4, w: 4, b:, y: 9 mask", """
z = X @ w + b
s = 2*y - 1
L = np.sum(np.maximum(1 - s*z, 0)) / X.shape[0]
"""),
    Network("norm layernorm", "X: 5 6, g: 6, b: 6, Y: 5 6", """
mu = X.mean(axis=-1, keepdims=True)
var = X.var(axis=-1, keepdims=True)
xh = (X-mu)/np.sqrt(var+1e-5)
out = g*xh + b
L = np.mean((out-Y)**2)
"""),
    Network("norm layernorm hand", "X: 5 6, g: 6, b: 6, Y: 5 6", """
eps = 1e-5
mu = np.mean(X, axis=1, keepdims=True)
c = X - mu
var = np.mean(c**2, axis=1, keepdims=True)
std = np.sqrt(var + eps)
xhat = c/std
out = xhat*g + b
L = ((out-Y)**2).sum()
"""),
    Network("norm rms", "x: 3 4 6, g: 6, Y: 3 4 6", """
r = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-6)
out = x / r * g
L = np.sum(out*Y)
"""),
    Network("norm batchnorm ddof", "X: 8 3, g: 3, b: 3, Y: 8 3", """
mu = X.mean(0)
sd = X.std(0, ddof=1)
out = g*(X-mu)/sd+b
L = np.sum(out*Y)
"""),
    Network("norm batchnorm 4d", "X: 3 2 4 4, g: 2, b: 2, Y: 3 2 4 4", """
mu = X.mean(axis=(0,2,3), keepdims=True)
var = X.var(axis=(0,2,3), keepdims=True)
xh = (X - mu)/np.sqrt(var+1e-5)
out = g.reshape(1,-1,1,1)*xh + b[None,:,None,None]
L = (out*Y).mean()
"""),
    Network("norm groupnorm", "X: 2 4 3 3, g: 4, b: 4, Y: 2 4 3 3", """
Xg = X.reshape(2, 2, 2, 3, 3)
m = Xg.mean(axis=(2,3,4), keepdims=True)
v = Xg.var(axis=(2,3,4), keepdims=True)
xh = ((Xg - m)/np.sqrt(v+1e-5)).reshape(2,4,3,3)
out = xh*g.reshape(1,4,1,1) + b.reshape(1,4,1,1)
L = np.sum((out-Y)**2)
"""),
    Network("norm weightnorm", "X: 5 4, V: 4 3, g: 3, Y: 5 3", """
W = g * V / np.linalg.norm(V, axis=0)
L = np.mean((X@W - Y)**2)
"""),
    Network("norm minmax", "X: 5 4, Y: 5 4", """
lo = X.min(axis=0)
hi = X.max(axis=0)
L = np.sum((X-lo)/(hi-lo)*Y)
"""),
    Network("norm softmax2d", "X: 4 5, Y: 4 5", """
E = np.exp(X - np.max(X))
P = E / np.sum(E)
L = np.sum(P*Y)
"""),
    Network("norm lse tuple", "X: 3 4 5, Y: 4", """
s = logsumexp(X, axis=(0, 2))
L = s @ Y
"""),
    Network("att causal", "X: 5 4, Wq: 4 4, Wk: 4 4, Wv: 4 4, Y: 5 4", """
Q = X@Wq
K = X@Wk
V = X@Wv
S = Q@K.T/np.sqrt(Q.shape[-1])
mask = np.tril(np.ones((5,5)))
S = np.where(mask == 0, -1e9, S)
A = np.exp(S - S.max(-1, keepdims=True))
A = A/A.sum(-1, keepdims=True)
L = np.sum((A@V)*Y)
"""),
    Network("att triu", "Q: 5 4, K: 5 4, V: 5 3", """
S = Q@K.T
M = np.triu(np.ones((5,5)), k=1)
A = softmax(S - 1e9*M, axis=1)
L = np.sum((A@V)**2)
"""),
    Network("att mask data", "Q: 5 4, K: 6 4, V: 6 3, M: 5 6 mask", """
S = Q@K.T/4**0.5
A = softmax(np.where(M > 0, S, -1e9))
L = np.sum((A@V)**2)
"""),
    Network("att swapaxes", "Q: 2 5 4, K: 2 6 4, V: 2 6 3, Y: 2 5 3", """
S = Q @ np.swapaxes(K, -1, -2) / 2
A = softmax(S)
L = np.sum(A@V*Y)
"""),
    Network("att mha reshape", "X: 2 5 8, Wq: 8 8, Wk: 8 8, Wv: 8 8, Wo: 8 8, Y: 2 5 8", """
B, T, D = X.shape
H = 2
q = (X@Wq).reshape(B, T, H, D//H).transpose(0,2,1,3)
k = (X@Wk).reshape(B, T, H, D//H).transpose(0,2,1,3)
v = (X@Wv).reshape(B, T, H, D//H).transpose(0,2,1,3)
S = q @ k.transpose(0,1,3,2) / np.sqrt(D//H)
A = softmax(S, axis=-1)
o = (A@v).transpose(0,2,1,3).reshape(B, T, D)
out = o@Wo + X
L = np.mean((out-Y)**2)
"""),
    Network("att mha einsum", "X: 2 5 8, Wq: 8 2 4, Wk: 8 2 4, Wv: 8 2 4, Wo: 2 4 8, Y: 2 5 8", """
q = np.einsum('btd,dhk->bhtk', X, Wq)
k = np.einsum('btd,dhk->bhtk', X, Wk)
v = np.einsum('btd,dhk->bhtk', X, Wv)
S = np.einsum('bhtk,bhsk->bhts', q, k)/2.0
A = softmax(S)
o = np.einsum('bhts,bhsk->bhtk', A, v)
out = np.einsum('bhtk,hkd->btd', o, Wo)
L = np.sum(out*Y)
"""),
    Network("att linear att", "Q: 5 4, K: 5 4, V: 5 3, Y: 5 3", """
q = elu(Q) + 1
k = elu(K) + 1
O = (q @ (k.T @ V)) / (q @ k.sum(axis=0))[:, None]
L = np.sum(O*Y)
"""),
    Network("att block", "X: 4 6, Wq: 6 6 small, Wk: 6 6 small, Wv: 6 6 small, Wo: 6 6 small, g1: 6, b1: 6, g2: 6, b2: 6, W1: 6 12 small, c1: 12, W2: 12 6 small, c2: 6, Y: 4 6", """
def layer_norm(x, g, b, eps=1e-5):
    mu = x.mean(axis=-1, keepdims=True)
    v = x.var(axis=-1, keepdims=True)
    return (x - mu) / np.sqrt(v + eps) * g + b

def attention(x, Wq, Wk, Wv, Wo):
    q = x @ Wq
    k = x @ Wk
    v = x @ Wv
    s = q @ k.T / np.sqrt(6)
    m = np.tril(np.ones((4, 4)))
    s = np.where(m > 0, s, -1e9)
    return softmax(s) @ v @ Wo

n1 = layer_norm(X, g1, b1)
h = X + attention(n1, Wq, Wk, Wv, Wo)
n2 = layer_norm(h, g2, b2)
out = h + gelu(n2 @ W1 + c1) @ W2 + c2
L = np.mean((out - Y)**2)
"""),
    Network("att rope stack", "x: 5 6, c: 5 3, s: 5 3, Y: 5 6", """
x1 = x[:, ::2]
x2 = x[:, 1::2]
r = np.stack([x1*c - x2*s, x1*s + x2*c], axis=-1).reshape(5, 6)
L = np.sum(r*Y)
"""),
    Network("att swiglu", "x: 4 5, Wg: 5 7, Wu: 5 7, Wd: 7 5, Y: 4 5", """
a = x@Wg
u = x@Wu
H = a*sigmoid(a)*u
L = np.sum((H@Wd)*Y)
"""),
    Network("att geglu", "x: 4 5, W: 5 8, Wd: 4 5, Y: 4 5", """
h = x@W
a = h[:, :4]
b = h[:, 4:]
L = np.sum(((gelu(a)*b)@Wd)*Y)
"""),
    Network("att moe", "x: 4 5, Wr: 5 3, We: 3 5 2, Y: 4 2", """
g = softmax(x@Wr)
e = np.einsum('nd,edo->neo', x, We)
L = np.sum((g[:, :, None]*e).sum(axis=1)*Y)
"""),
    Network("rnn straight", "x0: 3, x1: 3, x2: 3, Wx: 3 4 small, Wh: 4 4 small, b: 4, v: 4", """
h = np.zeros(4)
h = np.tanh(x0@Wx + h@Wh + b)
h = np.tanh(x1@Wx + h@Wh + b)
h = np.tanh(x2@Wx + h@Wh + b)
L = np.sum(h*v)
"""),
    Network("rnn for aug", "X: 5 2 3, Wx: 3 4 small, Wh: 4 4 small, h0: 2 4, V: 4 2, Y: 5 2 2", """
h = h0
L = 0.0
for t in range(5):
    h = relu(X[t]@Wx + h@Wh)
    L += ((h@V - Y[t])**2).sum()
"""),
    Network("rnn for list", "X: 5 3, Wx: 3 4 small, Wh: 4 4 small, Y: 5 4", """
h = np.zeros(4)
hs = []
for x in X:
    h = np.tanh(x@Wx + h@Wh)
    hs.append(h)
H = np.stack(hs)
L = np.sum((H-Y)**2)
"""),
    Network("rnn func", "X: 4 2 3, Wx: 3 4 small, Wh: 4 4 small, b: 4, Y: 2 4", """
def cell(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)

def rnn(X, Wx, Wh, b, Y):
    h = np.zeros((2, 4))
    for t in range(X.shape[0]):
        h = cell(X[t], h, Wx, Wh, b)
    return np.mean((h - Y)**2)
"""),
    Network("rnn lstm", "X: 4 3, W: 3 16 small, U: 4 16 small, b: 16, y: 4", """
h = np.zeros(4)
c = np.zeros(4)
for t in range(4):
    z = X[t] @ W + h @ U + b
    i = sigmoid(z[:4])
    f = sigmoid(z[4:8])
    g = np.tanh(z[8:12])
    o = sigmoid(z[12:])
    c = f*c + i*g
    h = o*np.tanh(c)
L = np.sum((h - y)**2)
"""),
    Network("rnn gru for", "X: 4 3, W: 3 12 small, U: 4 12 small, h0: 4, v: 4", """
h = h0
for x in X:
    gx = x@W
    gh = h@U
    r = sigmoid(gx[0:4] + gh[0:4])
    z = sigmoid(gx[4:8] + gh[4:8])
    n = np.tanh(gx[8:12] + r*gh[8:12])
    h = (1-z)*n + z*h
L = np.dot(h, v)
"""),
    Network("rnn zip", "X: 4 3, Y: 4 3, W: 3 3 small", """
L = sum([np.sum((np.tanh(x@W)-y)**2) for x, y in zip(X, Y)])
"""),
    Network("rnn ssm", "u: 6, A: 3 3 small, B: 3, C: 3", """
x = np.zeros(3)
ys = []
for k in range(6):
    x = A@x + B*u[k]
    ys.append(C@x)
y = np.array(ys)
L = np.sum(y**2)
"""),
    Network("rnn cumsum axis", "X: 4 6, Y: 4 6", """
L = np.sum(np.cumsum(X, axis=1)**2*Y)
"""),
    Network("conv 1d slices", "x: 8, k: 3, v: 6", """
y = sum(k[j]*x[j:j+6] for j in range(3))
L = np.sum(relu(y)*v)
"""),
    Network("conv 1d list", "x: 8, k: 3, v: 6", """
y = np.array([np.sum(x[i:i+3]*k) for i in range(6)])
L = y@v
"""),
    Network("conv 1d pad tuple", "x: 6, k: 3, v: 7", """
xp = np.pad(x, (2, 1))
y = k[0]*xp[:-2] + k[1]*xp[1:-1] + k[2]*xp[2:]
L = np.sum(y*v)
"""),
    Network("conv 2d loop", "x: 6 6, k: 3 3, v: 4 4", """
y = np.zeros((4, 4))
for i in range(3):
    for j in range(3):
        y = y + k[i, j]*x[i:i+4, j:j+4]
L = np.sum(np.tanh(y)*v)
"""),
    Network("conv 2d stride pad", "x: 2 3 5 5, k: 4 3 3 3, v: 2 4 3 3", """
xp = np.pad(x, ((0,0),(0,0),(1,1),(1,1)))
y = sum(np.einsum('nchw,oc->nohw', xp[:, :, i:i+5:2, j:j+5:2], k[:, :, i, j]) for i in range(3) for j in range(3))
L = np.sum(y*v)
"""),
    Network("conv im2col", "x: 6 6, k: 9 2, v: 16 2", """
cols = np.stack([x[i:i+3, j:j+3].reshape(-1) for i in range(4) for j in range(4)])
L = np.sum((cols@k)*v)
"""),
    Network("conv maxpool", "x: 2 6 6, v: 2 3 3", """
p = x.reshape(2, 3, 2, 3, 2).max(axis=(2, 4))
L = np.sum(p*v)
"""),
    Network("conv cnn", "x: 2 1 8 8, k: 3 1 3 3 small, b: 3, W: 27 4 small, c: 4, y: 2 int<4", """
h = sum(k[None, :, 0, i, j][:, :, None, None]*x[:, :, i:i+6, j:j+6] for i in range(3) for j in range(3))
h = np.maximum(h + b.reshape(1, 3, 1, 1), 0)
p = h.reshape(2, 3, 3, 2, 3, 2).max(axis=5).max(axis=3)
f = p.reshape(2, -1)
z = f @ W + c
logp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
L = -np.mean(logp[np.arange(2), y])
"""),
    Network("conv depthwise", "x: 3 7, k: 3 3, v: 3 5", """
y = k[:, 0:1]*x[:, 0:5] + k[:, 1:2]*x[:, 1:6] + k[:, 2:3]*x[:, 2:7]
L = np.sum(y*v)
"""),
    Network("conv tv", "x: 5 6", """
L = np.sum(np.abs(x[1:, :] - x[:-1, :])) + np.sum(np.abs(x[:, 1:] - x[:, :-1]))
"""),
    Network("conv upsample", "x: 3 4, v: 6 8", """
u = np.repeat(np.repeat(x, 2, axis=0), 2, axis=1)
L = np.sum(u**2*v)
"""),
    Network("misc embed 2d", "E: 7 4, ids: 3 5 int<7, v: 4", """
h = E[ids]
L = np.sum(np.tanh(h.mean(axis=1))@v)
"""),
    Network("misc sgns", "E: 7 4, U: 7 4, c: int<7, o: int<7, neg: 3 int<7", """
v = E[c]
L = -np.log(sigmoid(U[o] @ v)) - np.sum(np.log(sigmoid(-(U[neg] @ v))))
"""),
    Network("misc tied", "E: 7 4, ids: 5 int<7, W: 4 4, t: 5 int<7", """
h = np.tanh(E[ids]@W)
z = h@E.T
L = -np.mean(log_softmax(z)[np.arange(5), t])
"""),
    Network("misc mf", "U: 5 3, V: 6 3, bu: 5, bi: 6, mu:, u: 8 int<5, i: 8 int<6, r: 8", """
p = mu + bu[u] + bi[i] + np.sum(U[u]*V[i], axis=1)
L = np.mean((p-r)**2) + 0.01*(np.sum(U**2) + np.sum(V**2))
"""),
    Network("misc simclr", "A: 4 3, B: 4 3, tau: pos", """
a = A/np.linalg.norm(A, axis=1, keepdims=True)
b = B/np.sqrt(np.sum(B**2, axis=1, keepdims=True))
S = a@b.T/tau
L = -np.mean(np.diag(log_softmax(S, axis=1)))
"""),
    Network("misc kl softmax", "a: 4 5, b: 4 5", """
p = softmax(a)
L = np.mean(np.sum(p*(log_softmax(a) - log_softmax(b)), axis=1))
"""),
    Network("misc vae", "x: 3 5 unit, eps: 3 2, We: 5 6, Wm: 6 2, Wv: 6 2 small, Wd: 2 5", """
h = np.tanh(x@We)
mu = h@Wm
lv = h@Wv
z = mu + np.exp(0.5*lv)*eps
xr = sigmoid(z@Wd)
rec = -np.sum(x*np.log(xr) + (1-x)*np.log(1-xr))/3
kl = -0.5*np.sum(1 + lv - mu**2 - np.exp(lv))/3
L = rec + kl
"""),
    Network("misc ppo", "lp: 6 small, lp0: 6 small, adv: 6", """
r = np.exp(lp - lp0)
L = -np.mean(np.minimum(r*adv, np.clip(r, 0.8, 1.2)*adv))
"""),
    Network("misc densenet", "x: 4 3, W1: 3 3, W2: 6 2, v: 4 8", """
h1 = np.concatenate([x, np.tanh(x@W1)], axis=1)
h2 = np.concatenate((h1, np.tanh(h1@W2)), axis=1)
L = np.sum(h2*v)
"""),
    Network("misc gcn", "A: 5 5 mask, X: 5 3, W: 3 2, v: 5 2", """
Ah = A + np.eye(5)
d = Ah.sum(axis=1)
Dm = np.diag(d**-0.5)
H = relu(Dm@Ah@Dm@X@W)
L = np.sum(H*v)
"""),
    Network("misc gat", "X: 4 3, W: 3 2, a1: 2, a2: 2, M: 4 4 mask", """
h = X@W
e = leaky_relu((h@a1)[:, None] + (h@a2)[None, :], 0.2)
al = softmax(np.where(M + np.eye(4) > 0, e, -1e9))
L = np.sum((al@h)**2)
"""),
    Network("misc ode", "y0: 3, A: 3 3 small", """
h = 0.1
y = y0
for i in range(5):
    k1 = A@y
    k2 = A@(y + 0.5*h*k1)
    y = y + h*k2
L = y@y
"""),
    Network("misc rbf", "x: 5 3, c: 4 3, s: 4 pos, w: 4", """
d = np.sum((x[:, None, :] - c[None, :, :])**2, axis=2)
phi = np.exp(-d/(2*s**2))
L = np.sum(phi@w)
"""),
    Network("misc broadcast 3", "a: 3 1 2, b: 4 1, c: 2, d:", """
y = a*b + c - d
L = np.sum(y**2)
"""),
    Network("misc trace", "A: 4 4, B: 4 4", """
L = np.trace(A@B@A.T)
"""),
    Network("misc diag", "d: 4, A: 4 4", """
L = np.sum((np.diag(d)@A)**2) + np.sum(np.diag(A)*d)
"""),
    Network("misc einsum ell", "A: 2 3 4, B: 4 5, v: 2 3 5", """
L = np.sum(np.einsum('...i,ij->...j', A, B)*v)
"""),
    Network("misc einsum triple", "a: 3, B: 3 4 5, c: 4, d: 5", """
L = np.einsum('i,ijk,j,k->', a, B, c, d)
"""),
    Network("misc tensordot", "A: 2 3 4, B: 4 3 5, v: 2 5", """
L = np.sum(np.tensordot(A, B, axes=([2, 1], [0, 1]))*v)
"""),
    Network("misc kron like", "A: 2 2, B: 3 3, v: 6 6", """
K = (A[:, None, :, None]*B[None, :, None, :]).reshape(6, 6)
L = np.sum(K*v)
"""),
    Network("misc flip roll", "x: 5 4, v: 5 4", """
L = np.sum((np.flip(x, axis=0) + np.roll(x, 1, axis=1)*x[::-1])*v)
"""),
    Network("misc tile", "x: 3, v: 2 6", """
L = np.sum(np.tile(x, (2, 2))*v)
"""),
    Network("misc neg idx", "x: 6 4", """
L = x[-1, -2]*x[0, -1] + np.sum(x[-3:, 1]**2) + np.sum(x[..., -1])
"""),
    Network("misc strided", "x: 9 8, v: 3 4", """
L = np.sum(x[1:9:3, ::-2]*v)
"""),
    Network("misc ellipsis none", "x: 3 2, v: 3 1 2", """
L = np.sum(x[..., None, :]*v) + np.sum(x[None])
"""),
    Network("misc reshape order", "x: 2 3 4, w: 6 4", """
L = np.sum(x.reshape(6, -1)*w) + np.sum(np.reshape(x, (-1, 4))**2)
"""),
    Network("misc transpose", "x: 2 3 4, v: 4 2 3", """
L = np.sum(np.transpose(x, (2, 0, 1))*v) + np.sum(np.moveaxis(x, 0, -1)**2)
"""),
    Network("misc max axis", "x: 4 5, v: 4", """
L = np.max(x, axis=1)@v + np.min(x)*2 + x.max()
"""),
    Network("misc amax keep", "x: 4 5, v: 4 5", """
L = np.sum((x - np.amin(x, axis=0, keepdims=True))*v/np.amax(np.abs(x)))
"""),
    Network("misc max minus", "a: 4 5, b: 4 5", """
L = np.sum(np.maximum(a, b)*np.minimum(a, 2*b))
"""),
    Network("misc where in", "a: 4 5, b: 4 5", """
L = np.sum(np.where(a > b, a*b, a**2))
"""),
    Network("misc logical", "a: 4 5", """
L = np.sum(np.where(np.logical_and(a > 0, a < 1), a**3, a))
"""),
    Network("misc pow arr", "a: 4 pos, p: 4", """
L = np.sum(a**p) + np.sum(np.power(2.0, p))
"""),
    Network("misc pow scalar", "a: 4 pos, p:", """
L = np.sum(a**p) + 2**p + np.sum(a**-1.5) + np.sum(a**0.5)
"""),
    Network("misc clip arr", "a: 4 5, hi: 5 pos", """
L = np.sum(np.clip(a, -hi, hi)**2)
"""),
    Network("misc prod", "a: 4, B: 3 2", """
L = np.prod(a) + np.sum(np.prod(B, axis=0))
"""),
    Network("misc scalar mix", "x: 3 4, s:, t:", """
y = s*x + t/(1 + s**2)
L = np.sum(y**2)/s
"""),
    Network("misc int as float", "X: 4 3 int<5, W: 3 2, y: 4 int<2", """
z = X@W
L = -np.mean(log_softmax(z)[np.arange(4), y])
"""),
    Network("misc masked mean", "x: 4 5, m: 4 5 mask", """
L = np.mean(np.sum(np.tanh(x)*m, axis=1)/np.maximum(m.sum(axis=1), 1))
"""),
    Network("misc array matrix", "t:, v: 2", """
R = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
L = np.sum(R@v)*t
"""),
    Network("misc average", "x: 5, w: 5 pos", """
L = np.average(x**2, weights=w)
"""),
    Network("misc hinge multi", "z: 5 4, y: 5 int<4", """
c = z[np.arange(5), y]
m = np.maximum(0, z - c[:, None] + 1)
L = np.mean(np.sum(m, axis=1) - 1)
"""),
    Network("misc annot", "x: 4 3, w: 3", """
def f(x: 'N 3', w: '3', scale: float = 2.0):
    y: float = x @ w * scale
    return np.sum(y**2)
"""),
    Network("misc default", "x: 4 3, w: 3", """
def f(x, w, alpha=0.1, *, eps=1e-3):
    h = np.where(x@w > 0, x@w, alpha*(x@w))
    return np.mean(h**2) + eps*np.sum(w**2)
"""),
    Network("misc lambda less helper", "x: 4 3, W: 3 3, v: 3 3", """
def dense(a, w):
    return np.tanh(a @ w)

def two(x, W, v):
    return dense(dense(x, W), v)

def loss(x, W, v):
    return np.sum(two(x, W, v)**2)
"""),
    Network("misc literal np", "x: 4 3", """
W = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]])
lr = 0.3
L = np.sum(np.tanh(x @ W)*lr)
"""),
    Network("misc tri", "A: 4 4, x: 4", """
Lo = np.tril(A)
L = np.sum((Lo@x)**2) + np.sum(np.triu(A, 1))
"""),
    Network("misc var axes", "x: 2 3 4", """
L = np.sum(np.var(x, axis=(0, 2))) + np.sum(np.std(x, axis=1, keepdims=True)*x)
"""),
    Network("misc aug", "x: 4, w: 4", """
y = x*w
y += x
y *= w
y -= 1
y /= 2
L = y.sum()
"""),
    Network("misc unpack rows", "P: 3 4", """
a, b, c = P
L = a@b + b@c
""")]
# fmt: on


def drawn(network: Network) -> dict[str, Any]:
    """Draw the data of a network, always the same."""
    rng = np.random.default_rng(zlib.crc32(network.name.encode()))
    return {
        name.strip(): _drawn(rng, words.split())
        for name, _, words in (part.partition(":") for part in network.data.split(","))
    }


def _drawn(rng: np.random.Generator, words: list[str]) -> Any:
    shape = tuple(int(word) for word in words if word.isdigit())
    kind = next((word for word in words if not word.isdigit()), "normal")
    if kind.startswith("int<"):
        return rng.integers(0, int(kind[4:]), size=shape)
    if kind == "onehot":
        return np.eye(shape[-1])[rng.integers(0, shape[-1], size=shape[:-1])]
    if kind == "prob":
        weights = rng.uniform(0.1, 1, size=shape)
        return weights / weights.sum(-1, keepdims=True)
    normal = np.asarray(rng.normal(size=shape))
    return {
        "normal": normal,
        "small": 0.3 * normal,
        "pos": np.exp(0.5 * normal),
        "unit": 0.1 + 0.8 / (1 + np.exp(-normal)),
        "mask": (normal > -0.2).astype(float),
    }[kind]


def functions(xp: Any) -> dict[str, Any]:
    """Return the functions that NumPy lacks, over NumPy or jax.numpy."""

    def logsumexp(z: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
        return xp.log(xp.sum(xp.exp(z), axis=axis, keepdims=keepdims))

    def log_softmax(z: Any, axis: int = -1) -> Any:
        return z - logsumexp(z, axis, keepdims=True)

    def sigmoid(z: Any) -> Any:
        return 1 / (1 + xp.exp(-z))

    def erf(z: Any) -> Any:
        place = "jax.scipy.special" if xp is not np else "scipy.special"
        return importlib.import_module(place).erf(z)

    return {
        "np": xp,
        "logsumexp": logsumexp,
        "log_softmax": log_softmax,
        "softmax": lambda z, axis=-1: xp.exp(log_softmax(z, axis)),
        "sigmoid": sigmoid,
        "logsigmoid": lambda z: xp.log(sigmoid(z)),
        "relu": lambda z: xp.where(z > 0, z, 0.0),
        "silu": lambda z: z * sigmoid(z),
        "gelu": lambda z: 0.5 * z * (1 + erf(z / 2**0.5)),
        "elu": lambda z: xp.where(z > 0, z, xp.exp(z) - 1),
        "leaky_relu": lambda z, slope: xp.where(z > 0, z, slope * z),
        "one_hot": lambda labels, classes: xp.eye(classes)[labels],
    }


def computed(xp: Any, text: str, values: dict[str, Any]) -> Any:
    """Run a forward pass; literals whose names have a value are left out."""
    body = [statement for statement in ast.parse(text).body if not _stands_for(statement, values)]
    scope = {**functions(xp), **values}
    exec(compile(ast.Module(body, []), "network", "exec"), scope)  # noqa: S102 - a text of this file
    last = body[-1]
    if isinstance(last, ast.FunctionDef):
        names = [argument.arg for argument in (*last.args.args, *last.args.kwonlyargs)]
        return scope[last.name](**{name: values[name] for name in names if name in values})
    while isinstance(last, ast.For):
        last = last.body[-1]
    target = last.target if isinstance(last, ast.AugAssign) else last.targets[0]  # type: ignore[attr-defined]
    assert isinstance(target, ast.Name)
    return scope[target.id]


def _stands_for(statement: ast.stmt, values: dict[str, Any]) -> bool:
    """Say whether a statement gives an input its value: h = np.zeros(4)."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return False
    used = {part.id for part in ast.walk(statement.value) if isinstance(part, ast.Name)} - {"np"}
    return statement.targets[0].id in values and not used


def literals(text: str) -> dict[str, Any]:
    """Return the values that stand in a text, the first under each name, those of defaults among them."""
    found: dict[str, Any] = {}
    for part in ast.parse(text).body:
        if isinstance(part, ast.FunctionDef):
            for arguments, defaults in (
                (part.args.args[::-1], part.args.defaults[::-1]),
                (part.args.kwonlyargs, part.args.kw_defaults),
            ):
                for argument, default in zip(arguments, defaults, strict=False):
                    if default is not None:
                        found.setdefault(argument.arg, ast.literal_eval(default))
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            names = {name.id for name in ast.walk(part.value) if isinstance(name, ast.Name)}
            if names <= {"np"} and part.targets[0].id not in found:
                scope: dict[str, Any] = {"np": np}
                exec(compile(ast.Module([part], []), "network", "exec"), scope)  # noqa: S102 - a text of this file
                found[part.targets[0].id] = scope[part.targets[0].id]
    return found


def expected(text: str, point: dict[str, Any], constants: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the value of a forward pass and its gradients with respect to the point."""
    if not JAX:
        value = computed(np, text, {**constants, **point})
        return value, {name: _central(text, point, constants, name) for name in point}
    import jax

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003 - JAX's signature
    fixed = {name: jax.numpy.asarray(value) for name, value in constants.items()}
    given = {name: jax.numpy.asarray(value) for name, value in point.items()}
    return jax.value_and_grad(lambda values: computed(jax.numpy, text, {**fixed, **values}))(given)  # type: ignore[no-any-return]


def _central(text: str, point: dict[str, Any], constants: dict[str, Any], name: str) -> Any:
    slopes = np.zeros(point[name].shape)
    for place in np.ndindex(slopes.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = point[name].copy()
            moved[place] += step
            ends.append(computed(np, text, {**constants, **point, name: moved}))
        slopes[place] = (ends[0] - ends[1]) / 2e-5
    return slopes


def derived(text: str, data: dict[str, Any], folder: Any, *options: str) -> dict[str, Any]:
    """Return what the command line derives, with numbers."""
    path = folder / "data.npz"
    np.savez(path, **data)
    result = CliRunner().invoke(
        cli, ["derive", "-e", text, "--data", str(path), "--format", "json", *options], standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def compare(network: Network, folder: Any, *options: str) -> None:
    """Compare the value and every gradient of a network with the expected ones."""
    data = drawn(network)
    text = network.text.strip()
    found = derived(text, data, folder, *options)
    stated = literals(text)
    point = {
        name: np.asarray(data[name] if name in data else stated[name], dtype=float)
        for name in found["gradients"]
    }
    floats = {name for name, value in data.items() if value.dtype.kind == "f"}
    assert floats <= point.keys()
    constants = {name: value for name, value in data.items() if name not in point}
    value, gradients = expected(text, point, constants)
    tolerance = 1e-11 if JAX else 1e-6
    assert found["forward"][-1]["value"] == pytest.approx(float(value), rel=tolerance, abs=tolerance)
    for name, gradient in gradients.items():
        scale = max(1.0, float(np.abs(gradient).max()))
        np.testing.assert_allclose(
            found["gradients"][name], gradient, rtol=0, atol=tolerance * scale, err_msg=name
        )


@pytest.mark.parametrize(
    "network",
    [
        # Every other one in each run, all of them in continuous integration.
        pytest.param(network, id=network.name, marks=[pytest.mark.slow] if number % 2 else [])
        for number, network in enumerate(NETWORKS)
    ],
)
def test_gradients_are_those_of_automatic_differentiation(network: Network, tmp_path: Any) -> None:
    compare(network, tmp_path)


@pytest.mark.parametrize("network", NETWORKS[::14], ids=[network.name for network in NETWORKS[::14]])
def test_every_op_on_its_own_gives_the_same_gradients(network: Network, tmp_path: Any) -> None:
    compare(network, tmp_path, "--detail", "atomic")


TIED = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("L = np.sum(np.max(x, axis=1))", [[0, 1, 0], [1, 0, 0]]),
        ("L = np.max(x)", [[0, 0.5, 0.5], [0, 0, 0]]),
        ("L = np.min(x[1])", [[0, 0, 0], [1 / 3, 1 / 3, 1 / 3]]),
        ("L = np.sum(np.max(np.stack([x, x]), axis=(0, 2)))", [[0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]]),
    ],
)
def test_ties_along_axes_follow_the_convention_and_say_so(text: str, wanted: Any, tmp_path: Any) -> None:
    found = derived(text, {"x": TIED}, tmp_path)
    np.testing.assert_allclose(found["gradients"]["x"], wanted)
    assert any("entries of" in note and "does not exist there" in note for note in found["conditions"])
    with pytest.raises(KinkError, match="does not exist there"):
        derived(text, {"x": TIED}, tmp_path, "--kink", "error")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "L = np.sum(np.log(x - 2))",
            r"entry \[0, 0\], is undefined at sub\(x, …\) = -1: outside the domain of log",
        ),
        ("L = np.sum(1 / (x - x))", r"div.*entry \[0, 0\], is inf"),
        ("L = np.linalg.norm(x - x)", "is inf at"),
        ("y = x * 2", "numbers need an upstream"),
        ("L = np.sum(x @ np.ones(4))", "the inner sizes 3 and 4 differ"),
        ("L = np.sum(np.take_along_axis(x, [0, 1], 1))", "needs the shape of x"),
    ],
)
def test_bad_input_names_what_is_wrong(text: str, message: str, tmp_path: Any) -> None:
    with pytest.raises(SymbackError, match=message):
        derived(text, {"x": TIED}, tmp_path)


def test_numbers_do_not_widen_arrays_of_single_precision() -> None:
    derivation = sb.derive(sb.model("L = np.sum(np.tanh(X @ w) * s)", shapes={"X": "4 3", "w": "3"}))
    rng = np.random.default_rng(0)
    given = {"X": rng.normal(size=(4, 3)).astype("float32"), "w": np.ones(3, dtype="float32"), "s": 0.5}
    assert {str(value.dtype) for value in derivation.evaluate(given).gradients.values()} == {"float32"}
