//! The table by which a service's trait hands each operation to the file of its own.

/// Writes the methods of a service's trait. A line names the operation, which is a module with a
/// function `run`, what it takes and what it answers. `&` is before what is only read: `run` then
/// waits for nothing, whereas one that is given its input is awaited.
macro_rules! operations {
    ($($name:ident($($input:tt)+) -> $output:ty;)+) => {
        $(crate::operations::operation! { $name($($input)+) -> $output })+
    };
}

macro_rules! operation {
    ($name:ident(&$input:ty) -> $output:ty) => {
        async fn $name(
            &self,
            caller: &crate::Caller,
            input: $input,
        ) -> Result<$output, wire::ApiError> {
            $name::run(self, caller, &input)
        }
    };
    ($name:ident($input:ty) -> $output:ty) => {
        async fn $name(
            &self,
            caller: &crate::Caller,
            input: $input,
        ) -> Result<$output, wire::ApiError> {
            $name::run(self, caller, input).await
        }
    };
}

pub(crate) use {operation, operations};
