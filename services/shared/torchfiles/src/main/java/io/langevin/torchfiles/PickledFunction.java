package io.langevin.torchfiles;

/** What a pickle may call; all of them are done here, none is looked up. */
enum PickledFunction {
    ORDERED_DICT("collections.OrderedDict"),
    REBUILD_TENSOR("torch._utils._rebuild_tensor_v2"),
    REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
    NUMPY_SCALAR("numpy.core.multiarray.scalar"),
    NUMPY_SCALAR_2("numpy._core.multiarray.scalar"), // since NumPy 2
    NUMPY_ARRAY("numpy.core.multiarray._reconstruct"),
    NUMPY_ARRAY_2("numpy._core.multiarray._reconstruct"),
    NUMPY_ARRAY_CLASS("numpy.ndarray"), // which an array is built from, and which is not called
    NUMPY_TYPE("numpy.dtype"),
    ENCODE("_codecs.encode"); // bytes, in the protocols that have none

    private final String officialName;

    PickledFunction(String officialName) {
        this.officialName = officialName;
    }

    /** The name in Python, with its module. */
    String officialName() {
        return officialName;
    }

    @Override
    public String toString() {
        return officialName;
    }
}
