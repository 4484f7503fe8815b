"""Reviews: those of everybody who decides, and their administration."""

from django.urls import path

from seatwise.reviews.pages import reviews

app_name = "reviews"

urlpatterns = [
    path("administration/reviews/", reviews.reviews, name="reviews"),
    path("administration/reviews/new/", reviews.add, name="add"),
    path("administration/reviews/<int:pk>/", reviews.review, name="review"),
    path("administration/reviews/<int:pk>/rule/", reviews.edit, name="edit"),
    path("administration/reviews/<int:pk>/opening/", reviews.opening_page, name="opening"),
    path("administration/reviews/<int:pk>/cancelling/", reviews.cancelling, name="cancelling"),
]
