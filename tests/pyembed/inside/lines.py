"""A form feed, U+2028 and their like end no line of a source."""

TEXT = "a b cdef"


def fails():
    #   
    raise ValueError("the fifth line of its function's module is not this one")  #   this line


class Thing:
    
    def method(self):
        return " "
